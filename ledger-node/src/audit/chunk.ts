import { SALT_BYTES } from '@tristamp/protocol'
import type { FeedItem } from '../feed.ts'

/** Statements with their events, as they go to another thread of this process: in one memory, which is passed on and not copied again. */
export interface Chunk {
  /** Of each item the statement, then each event with its salt before it. */
  bytes: Uint8Array
  /** Of each item the length of its statement, how many events it has, and the length of each with its salt. */
  lengths: Uint32Array
}

export function packChunk(items: readonly FeedItem[]): Chunk {
  const lengths: number[] = []
  let size = 0
  for (const { bytes, events } of items) {
    lengths.push(bytes.length, events.length)
    size += bytes.length
    for (const { salt, event } of events) size += lengths[lengths.push(salt.length + event.length) - 1]!
  }
  const all = new Uint8Array(size)
  let at = 0
  for (const { bytes, events } of items) {
    all.set(bytes, at)
    at += bytes.length
    for (const { salt, event } of events) {
      all.set(salt, at)
      all.set(event, at + salt.length)
      at += salt.length + event.length
    }
  }
  return { bytes: all, lengths: Uint32Array.from(lengths) }
}

/** The items again, as views of the chunk. */
export function unpackChunk({ bytes, lengths }: Chunk): FeedItem[] {
  const items: FeedItem[] = []
  let at = 0
  const take = (length: number): Uint8Array => {
    at += length
    return bytes.subarray(at - length, at)
  }
  for (let i = 0; i < lengths.length; ) {
    const statement = take(lengths[i++]!)
    const count = lengths[i++]!
    const events = Array.from({ length: count }, () => {
      const length = lengths[i++]!
      return { salt: take(SALT_BYTES), event: take(length - SALT_BYTES) }
    })
    items.push({ bytes: statement, events })
  }
  return items
}
