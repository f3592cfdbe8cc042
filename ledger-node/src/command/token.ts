import { randomBytes } from 'node:crypto'
import { sha256, toBase64Url, utf8 } from '@tristamp/protocol'
import { stringify } from 'yaml'
import { DONE, parse, print, required, say, text, UsageError } from '../command-line.ts'
import { ACCESS_ROLES, type Access, type AccessRole } from '../http/bearer.ts'

const DAY_MS = 86_400_000
/** How long a token is taken unless told, and at most: whoever has it may have left long ago. */
const DAYS = 366
const MAX_DAYS = 3660

/** `token`: makes a token for the desk or the board, prints it once, and the lines by which the node knows it again. */
export async function makeToken(args: string[]): Promise<number> {
  const { values } = parse(args, { role: text, name: text, days: text })
  const role = required(values.role, 'role')
  const name = required(values.name, 'name')
  if (!isRole(role)) throw new UsageError(`--role ${role}: expected ${ACCESS_ROLES.join(' or ')}`)
  const days = values.days === undefined ? DAYS : Number(values.days)
  if (!Number.isInteger(days) || days < 1 || days > MAX_DAYS) throw new UsageError(`--days: expected 1 to ${MAX_DAYS}`)
  const until = new Date(Date.now() + days * DAY_MS).toISOString().slice(0, 10)
  const token = randomBytes(32).toString('base64url')
  const access: Access = { name, role, sha256: toBase64Url(sha256(utf8(token))), until }
  print(token)
  say(
    `Give it to ${name}; it is kept nowhere, and taken until ${until} (--days). For the node's configuration, where only its hash stands:\n`,
  )
  say(stringify({ access: [access] }).trimEnd())
  return DONE
}

function isRole(role: string): role is AccessRole {
  return (ACCESS_ROLES as readonly string[]).includes(role)
}
