import { createHash, randomBytes } from 'node:crypto'
import { concat, equal, type SaltedEvent } from '@tristamp/protocol'

const SUM_BYTES = 8
const SALT_BYTES = 16

/**
 * An accepted event as the outbox keeps it until it is signed: sum, salt, event. The sum is our own because the database gives back a flipped
 * bit without a word (it does not check what it reads), and a signature would then vouch for it.
 */
export function encodeEventRecord(event: Uint8Array, salt: Uint8Array = randomBytes(SALT_BYTES)): Uint8Array {
  const salted = concat(salt, event)
  return concat(sumOf(salted), salted)
}

/** Undefined when it is not as it was written. */
export function decodeEventRecord(record: Uint8Array): SaltedEvent | undefined {
  const salted = record.subarray(SUM_BYTES)
  if (salted.length <= SALT_BYTES || !equal(sumOf(salted), record.subarray(0, SUM_BYTES))) return undefined
  return { salt: salted.slice(0, SALT_BYTES), event: salted.slice(SALT_BYTES) }
}

function sumOf(bytes: Uint8Array): Uint8Array {
  return new Uint8Array(createHash('sha256').update(bytes).digest()).subarray(0, SUM_BYTES)
}
