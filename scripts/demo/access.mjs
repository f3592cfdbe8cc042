import { createHash, randomBytes } from 'node:crypto'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'

/** Who may see more than everybody, and on which page. */
const HOLDERS = [
  { name: 'regulator', role: 'regulator', page: 'desk', what: 'Regulator’s desk' },
  { name: 'operator', role: 'operator', page: 'board', what: 'Operator’s board' },
]

/**
 * Tokens of a ledger's pages, made once and kept where only their owner reads them: `{ access, pages }`, the lines of the ledger's configuration,
 * and the pages by name with what they are and their token.
 */
export function readAccess(file) {
  if (!existsSync(file)) {
    const made = Object.fromEntries(HOLDERS.map(({ name }) => [name, randomBytes(32).toString('base64url')]))
    writeFileSync(file, `${JSON.stringify(made, null, 2)}\n`, { mode: 0o600 })
  }
  const tokens = JSON.parse(readFileSync(file, 'utf8'))
  return {
    access: HOLDERS.map(({ name, role }) => ({ name, role, sha256: digest(tokens[name]) })),
    pages: HOLDERS.map(({ name, page, what }) => ({ page, what, token: tokens[name] })),
  }
}

function digest(token) {
  return createHash('sha256').update(token).digest('base64url')
}
