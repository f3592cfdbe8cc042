import { decodeCbor, encodeCbor } from './cbor.ts'
import { ProtocolError } from './error.ts'
import { HASH_BYTES } from './hash.ts'
import { leafHash } from './merkle.ts'
import { isBytes, isUint } from './shape.ts'

/** Closes a block of entries: the hash chain of blocks, and the commitment to every subject's history (docs/spec/seal.md). */
export interface Seal {
  /** 0 for the first seal, then +1. */
  height: number
  /** Leaf hash of the seal before; 32 zero bytes at height 0. */
  previous: Uint8Array
  /** First entry that this seal covers: the one after the seal before. */
  firstEntry: number
  /** Entries covered, the seal itself left out. */
  entryCount: number
  /** Events under those entries. */
  eventCount: number
  /** When the ledger sealed, by its own clock, ms since 1970. */
  timeMs: number
  /** Root of the history map after those entries. */
  historyRoot: Uint8Array
}

const TAG = 'tristamp-seal/1'
/** A seal is some 130 bytes; the bound leaves room for the largest integers. */
const MAX_BYTES = 256
/** First byte of a CBOR array of 8: no statement (tag 18, 0xd2) begins so. */
const ARRAY_OF_8 = 0x88

/** Whether an entry is a seal rather than a statement; parseSeal says whether it is a good one. */
export function isSeal(entry: Uint8Array): boolean {
  return entry[0] === ARRAY_OF_8
}

export function encodeSeal(s: Seal): Uint8Array {
  return encodeCbor([TAG, s.height, s.previous, s.firstEntry, s.entryCount, s.eventCount, s.timeMs, s.historyRoot])
}

/** @throws ProtocolError SEAL_MALFORMED */
export function parseSeal(bytes: Uint8Array): Seal {
  let value: unknown
  try {
    value = decodeCbor(bytes, { maxBytes: MAX_BYTES, maxDepth: 2 })
  } catch (cause) {
    throw new ProtocolError('SEAL_MALFORMED', 'a seal is canonical CBOR', { cause })
  }
  if (!Array.isArray(value) || value.length !== 8 || value[0] !== TAG) malformed()
  const [, height, previous, firstEntry, entryCount, eventCount, timeMs, historyRoot] = value as unknown[]
  return {
    height: uint(height),
    previous: hash(previous),
    firstEntry: uint(firstEntry),
    entryCount: uint(entryCount),
    eventCount: uint(eventCount),
    timeMs: uint(timeMs),
    historyRoot: hash(historyRoot),
  }
}

/** What the next seal names as `previous`. */
export function sealHash(bytes: Uint8Array): Uint8Array {
  return leafHash(bytes)
}

function uint(value: unknown): number {
  return isUint(value) ? value : malformed()
}

function hash(value: unknown): Uint8Array {
  return isBytes(value, HASH_BYTES) ? value : malformed()
}

function malformed(): never {
  throw new ProtocolError('SEAL_MALFORMED', `expected ["${TAG}", height, previous, first, entries, events, time, root]`)
}
