import { createHash, randomBytes } from 'node:crypto'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'

/** Who may see more than everybody, and on which page. */
const HOLDERS = [
  { name: 'Market Regulation', role: 'regulator', page: 'desk', what: 'Regulator’s desk' },
  { name: 'Ledger operator', role: 'operator', page: 'board', what: 'Operator’s board' },
]

/**
 * Tokens of a ledger's pages, made once and kept where only their owner reads them: `{ access, pages }`, the lines of the ledger's configuration,
 * and the pages by name with what they are and their token.
 */
export function readAccess(file) {
  if (!existsSync(file)) {
    const made = Object.fromEntries(HOLDERS.map(({ role }) => [role, randomBytes(32).toString('base64url')]))
    writeFileSync(file, `${JSON.stringify(made, null, 2)}\n`, { mode: 0o600 })
  }
  const tokens = JSON.parse(readFileSync(file, 'utf8'))
  return {
    access: HOLDERS.map(({ name, role }) => ({ name, role, sha256: digest(tokens[role]) })),
    pages: HOLDERS.map(({ role, page, what }) => ({ page, what, token: tokens[role] })),
  }
}

function digest(token) {
  return createHash('sha256').update(token).digest('base64url')
}
