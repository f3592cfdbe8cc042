import { createHash } from 'node:crypto'
import { compare, equal, fromHex, fromUtf8, toHex, utf8, ZERO_HASH } from '@tristamp/protocol'
import { AgentError, whyOf } from './error.ts'
import { type KnownHead, readHeadFile } from './head-file.ts'
import type { ChainPoint } from './signer.ts'
import type { Store, Write } from './store.ts'

/** What a damaged disk took, until the ledger has recorded that it is lost. */
export interface Lost {
  /** Every number below may have been signed and seen; undefined when nobody knows, so that a number beyond any is taken. */
  to: number | undefined
  reason: 'disk' | 'unknown'
  /** Events that are gone if the ledger holds no statement from `from` on, where that is known. */
  events: number | undefined
  from: number
  /** Accepted events that are gone and were in no statement, where that is known. */
  accepted: number | undefined
  /** Which events were in which statement: `ends[i]` is the number of the first event after statement `first + i`. */
  first: number
  ends: readonly (number | null)[]
  /** Whether `acked` is only a guess: the head itself was lost. */
  unsure: boolean
  /** The signed declaration that is on its way: statements `from` to `seq` − 1. */
  declared: { from: number; seq: number } | undefined
}

/** The chain as the outbox keeps it. */
export interface Head extends ChainPoint {
  /** Key thumbprint, hex: an outbox belongs to one key. */
  kid: string
  /** Batches below this number have been acknowledged by the ledger and deleted. */
  acked: number
  /** Leaf hash of batch `acked` − 1. */
  ackedPrev: Uint8Array
  /** Number of the first accepted event that is in no batch yet. */
  firstEvent: number
  /** Events below this number were in batches that are acknowledged. */
  ackedEvent: number
  /** While it is there nothing is signed but the declaration of the loss. */
  lost?: Lost | undefined
}

/** What was read, and whether the file beside the database agrees. */
export interface Read {
  head: Head
  nextEvent: number
  file: KnownHead
  /** Of each batch that is not acknowledged, the number of the first event after it. */
  ends: number[]
}

const HEAD = 'head'

/**
 * Reads the head and checks everything against it: LevelDB opens without a word after losing synced records (measured).
 * @throws AgentError OUTBOX_MISSING, OUTBOX_DAMAGED, OUTBOX_FOREIGN
 */
export async function readAll(store: Store, folder: string, kid: Uint8Array): Promise<Read> {
  const damaged = (why: string): AgentError => new AgentError('OUTBOX_DAMAGED', { path: folder, why })
  const head = await readHead(store, damaged)
  const file = readHeadFile(folder)
  if (!head) throw new AgentError('OUTBOX_MISSING', { path: folder, why: 'it has no head' })
  if (head.kid !== toHex(kid) || (file && file.kid !== head.kid))
    throw new AgentError('OUTBOX_FOREIGN', { path: folder })
  if (!file) throw damaged('head.json cannot be read')
  checkAgainst(file, head, damaged)
  const ends = await checkLinks(store, head, damaged)
  let nextEvent = head.firstEvent
  // From the first that is left: what was signed before is deleted, and walking over it would read tables of it into memory.
  for await (const key of store.keys('event', { gte: numberKey(nextEvent) })) {
    if (key !== numberKey(nextEvent)) throw damaged(`accepted event ${nextEvent} is missing`)
    nextEvent++
  }
  if (nextEvent < file.events) throw damaged(`accepted event ${nextEvent} is missing`)
  return { head, nextEvent, file, ends }
}

/** @throws what `damaged` makes, when there is a head that cannot be read */
export async function readHead(store: Store, damaged: (why: string) => AgentError): Promise<Head | undefined> {
  const bytes = await store.get('head', HEAD)
  return bytes && decodeHead(bytes, damaged)
}

/** The file is written after the database: it may be behind, never ahead of what was signed or is known to be lost. */
function checkAgainst(file: KnownHead, head: Head, damaged: (why: string) => AgentError): void {
  const known = Math.max(head.seq, head.lost?.to ?? 0)
  const other = file.exact && file.seq === head.seq && !head.lost && file.prev !== toHex(head.prev)
  if (file.seq > known || other) throw damaged(`it ends before batch ${head.seq}, but batch ${file.seq - 1} was signed`)
}

/**
 * Unacknowledged batches follow one another without a gap. Their bytes, which may be a day's worth, are looked at when they are sent: reading
 * all of them here would take seconds, and as much memory.
 */
async function checkLinks(store: Store, head: Head, damaged: (why: string) => AgentError): Promise<number[]> {
  const ends: number[] = []
  let seq = head.acked
  let prev = head.ackedPrev
  for await (const [key, bytes] of store.entries('link')) {
    const link = decodeLink(bytes)
    if (key !== numberKey(seq)) throw damaged(`batch ${seq} is missing`)
    if (!link || compare(link.prev, prev) !== 0) throw damaged(`batch ${seq} does not follow the one before`)
    prev = link.leaf
    ends.push(link.end)
    seq++
  }
  if (seq !== head.seq || !equal(prev, head.prev)) throw damaged(`batch ${seq} is missing`)
  return ends
}

/** What the chain needs of a batch without reading it. */
export interface Link {
  /** What it hangs on. */
  prev: Uint8Array
  /** Its own leaf hash. */
  leaf: Uint8Array
  /** SHA-256 of its bytes. */
  digest: Uint8Array
  /** Number of the first event after it. */
  end: number
}

const HASH = ZERO_HASH.length
const END = 3 * HASH

export function encodeLink({ prev, leaf, digest, end }: Link): Uint8Array {
  const bytes = new Uint8Array(END + 8)
  for (const [i, hash] of [prev, leaf, digest].entries()) bytes.set(hash, i * HASH)
  new DataView(bytes.buffer).setBigUint64(END, BigInt(end))
  return bytes
}

export function decodeLink(bytes: Uint8Array): Link | undefined {
  if (bytes.length !== END + 8) return undefined
  const end = Number(new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(END))
  return { prev: bytes.slice(0, HASH), leaf: bytes.slice(HASH, 2 * HASH), digest: bytes.slice(2 * HASH, END), end }
}

/** The write that moves the head. */
export function putHead(head: Head): Write {
  const { prev, ackedPrev, ...rest } = head
  const text = JSON.stringify({ ...rest, prev: toHex(prev), ackedPrev: toHex(ackedPrev) })
  return { type: 'put', space: 'head', key: HEAD, value: utf8(`${text}\n${sumOf(text)}`) }
}

/** A flipped digit must not pass for another number. */
function sumOf(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 16)
}

function decodeHead(bytes: Uint8Array, damaged: (why: string) => AgentError): Head {
  try {
    const [text = '', sum] = fromUtf8(bytes).split('\n')
    // Heads of earlier versions have no sum.
    if (sum !== undefined && sum !== sumOf(text)) throw new Error('its sum is another')
    const raw = JSON.parse(text) as Record<string, string & number> & { lost?: Lost }
    const { kid, seq, prev, acked, ackedPrev, firstEvent, ackedEvent, lost } = raw
    if (![seq, acked, firstEvent, ackedEvent].every(Number.isSafeInteger)) throw new Error('a number is missing')
    return {
      kid: String(kid),
      seq: seq!,
      acked: acked!,
      firstEvent: firstEvent!,
      ackedEvent: ackedEvent!,
      prev: fromHex(String(prev)),
      ackedPrev: fromHex(String(ackedPrev)),
      ...(lost && { lost }),
    }
  } catch (cause) {
    throw damaged(`its head cannot be read: ${whyOf(cause)}`)
  }
}

/** Numbers as keys sort as numbers: 16 digits hold every safe integer. */
export function numberKey(n: number): string {
  return String(n).padStart(16, '0')
}
