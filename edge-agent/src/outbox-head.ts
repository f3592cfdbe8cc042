import { compare, equal, fromHex, fromUtf8, toHex, utf8, ZERO_HASH } from '@tristamp/protocol'
import { AgentError, whyOf } from './error.ts'
import { type HeadFile, readHeadFile } from './head-file.ts'
import type { ChainPoint } from './signer.ts'
import type { Store, Write } from './store.ts'

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
}

const HEAD = 'head'

/**
 * Reads the head and checks everything against it: LevelDB opens without a word after losing synced records (measured).
 * @throws AgentError OUTBOX_MISSING, OUTBOX_DAMAGED
 */
export async function readAll(
  store: Store,
  folder: string,
  kid: Uint8Array,
): Promise<{ head: Head; nextEvent: number }> {
  const damaged = (why: string): AgentError => new AgentError('OUTBOX_DAMAGED', { path: folder, why })
  const bytes = await store.get('head', HEAD)
  const file = readHeadFile(folder)
  if (!bytes || !file) throw new AgentError('OUTBOX_MISSING', { path: folder, why: 'it has no head' })
  const head = decodeHead(bytes, damaged)
  if (head.kid !== toHex(kid)) throw damaged('it belongs to another key')
  checkAgainst(file, head, damaged)
  await checkLinks(store, head, damaged)
  let nextEvent = head.firstEvent
  for await (const key of store.keys('event')) {
    if (key !== numberKey(nextEvent)) throw damaged(`accepted event ${nextEvent} is missing`)
    nextEvent++
  }
  return { head, nextEvent }
}

/** The file is written after the database: it may be behind, never ahead. */
function checkAgainst(file: HeadFile, head: Head, damaged: (why: string) => AgentError): void {
  const same = file.seq === head.seq && file.prev === toHex(head.prev)
  if (file.kid !== head.kid || file.seq > head.seq || (file.seq === head.seq && !same)) {
    throw damaged(`it ends before batch ${head.seq}, but batch ${file.seq - 1} was signed`)
  }
}

/** Unacknowledged batches are there without a gap, and each names the one before. */
async function checkLinks(store: Store, head: Head, damaged: (why: string) => AgentError): Promise<void> {
  let seq = head.acked
  let prev = head.ackedPrev
  for await (const [key, link] of store.entries('link')) {
    if (key !== numberKey(seq)) throw damaged(`batch ${seq} is missing`)
    const half = ZERO_HASH.length
    if (link.length !== 2 * half || compare(link.subarray(0, half), prev) !== 0)
      throw damaged(`batch ${seq} does not follow the one before`)
    prev = link.slice(half)
    seq++
  }
  if (seq !== head.seq || !equal(prev, head.prev)) throw damaged(`batch ${seq} is missing`)
}

/** The write that moves the head. */
export function putHead(head: Head): Write {
  const { prev, ackedPrev, ...rest } = head
  const value = utf8(JSON.stringify({ ...rest, prev: toHex(prev), ackedPrev: toHex(ackedPrev) }))
  return { type: 'put', space: 'head', key: HEAD, value }
}

function decodeHead(bytes: Uint8Array, damaged: (why: string) => AgentError): Head {
  try {
    const { kid, seq, prev, acked, ackedPrev, firstEvent } = JSON.parse(fromUtf8(bytes)) as Record<
      string,
      string & number
    >
    if (![seq, acked, firstEvent].every(Number.isSafeInteger)) throw new Error('a number is missing')
    return {
      kid: String(kid),
      seq: seq!,
      acked: acked!,
      firstEvent: firstEvent!,
      prev: fromHex(String(prev)),
      ackedPrev: fromHex(String(ackedPrev)),
    }
  } catch (cause) {
    throw damaged(`its head cannot be read: ${whyOf(cause)}`)
  }
}

/** Numbers as keys sort as numbers: 16 digits hold every safe integer. */
export function numberKey(n: number): string {
  return String(n).padStart(16, '0')
}
