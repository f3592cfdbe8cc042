import { createHash, randomBytes } from 'node:crypto'
import { concat, equal, type SaltedEvent, utf8 } from '@tristamp/protocol'
import { numberKey } from './outbox-head.ts'
import type { Write } from './store.ts'

const SUM_BYTES = 8
const SALT_BYTES = 16

/** An event on its way into the outbox; without a salt it gets one. */
export interface NewEvent {
  event: Uint8Array
  salt?: Uint8Array
}

/**
 * An accepted event as the outbox keeps it until it is signed: sum, salt, event. The sum is our own because the database gives back a flipped
 * bit without a word (it does not check what it reads, and repairs without checking), and a signature would then vouch for it. It is over the
 * record's key, too: under another number an event that a batch has would look as if it were in none.
 */
function encodeEventRecord(key: string, { event, salt = randomBytes(SALT_BYTES) }: NewEvent): Uint8Array {
  const salted = concat(salt, event)
  return concat(sumOf(utf8(key), salted), salted)
}

/** The writes of events one after the other, the first as number `first`. */
export function putEvents(first: number, events: readonly NewEvent[]): Write[] {
  return events.map((event, i) => {
    const key = numberKey(first + i)
    return { type: 'put', space: 'event', key, value: encodeEventRecord(key, event) }
  })
}

/** Undefined when it is not as it was written there. */
export function decodeEventRecord(key: string, record: Uint8Array): SaltedEvent | undefined {
  const salted = record.subarray(SUM_BYTES)
  if (salted.length <= SALT_BYTES) return undefined
  const sum = record.subarray(0, SUM_BYTES)
  // Records of earlier versions have no key in their sum.
  const isEarlier = /^\d{16}$/.test(key) && equal(sumOf(salted), sum)
  if (!isEarlier && !equal(sumOf(utf8(key), salted), sum)) return undefined
  return { salt: salted.slice(0, SALT_BYTES), event: salted.slice(SALT_BYTES) }
}

function sumOf(...parts: readonly Uint8Array[]): Uint8Array {
  return new Uint8Array(
    createHash('sha256')
      .update(concat(...parts))
      .digest(),
  ).subarray(0, SUM_BYTES)
}
