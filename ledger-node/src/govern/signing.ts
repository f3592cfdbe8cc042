import { keyThumbprint, type Operation, operationHash, toBase64Url, toHex } from '@tristamp/protocol'
import { print, required, say, text } from '../command-line.ts'
import { loadKey } from '../keys.ts'
import { bringOperations, type SigningTarget } from './bring-operations.ts'
import { askGovernance, namesIn } from './governance-client.ts'
import { titleOf } from './in-words.ts'
import { SigningBook } from './signing-book.ts'

/** The flags of every command that signs. */
export const SIGNING_FLAGS: { node: typeof text; 'admin-key': typeof text; origin: typeof text } = {
  node: text,
  'admin-key': text,
  origin: text,
}

/** What they hold. */
export interface SigningFlags {
  node?: string | undefined
  'admin-key'?: string | undefined
  origin?: string | undefined
}

/** Someone who signs: a target, and who that is. */
export interface Signing extends SigningTarget {
  book: SigningBook
  /** Base64url. */
  kid: string
}

/** @throws UsageError, LedgerError KEY_FILE_* */
export async function signingFrom(flags: SigningFlags): Promise<Signing> {
  const file = required(flags['admin-key'], 'admin-key')
  const node = required(flags.node, 'node')
  const administrator = await loadKey(file)
  const kid = toBase64Url(keyThumbprint(administrator.publicKey))
  const book = SigningBook.beside(file)
  return { node, administrator, book, kid, ...(flags.origin !== undefined && { origin: flags.origin }) }
}

/** Signs operations in one statement, and says what became of each. */
export async function signAndTell(signing: Signing, operations: readonly Operation[]): Promise<void> {
  const entry = await bringOperations(signing, operations)
  print(`recorded entry ${entry}`)
  const governance = await askGovernance(signing.node)
  const nameOf = namesIn(governance)
  for (const operation of operations) {
    const id = toHex(operationHash(operation))
    const waiting = governance.pending.find((pending) => pending.id === id)
    if (waiting === undefined) {
      print(`effective ${id}`)
      say(`done: ${titleOf(operation, nameOf)}`)
      continue
    }
    print(`pending ${id}`)
    const left = waiting.needed - waiting.signed.length
    say(
      `${left} more of ${waiting.missing.map(({ name }) => name).join(', ')} must sign: ${titleOf(operation, nameOf)}`,
    )
  }
}
