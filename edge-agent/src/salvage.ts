import {
  batchRoot,
  decodeBatch,
  equal,
  fromHex,
  keyThumbprint,
  parseStatement,
  statementLeaf,
  toHex,
  verifyOnNode,
  ZERO_HASH,
} from '@tristamp/protocol'
import { AgentError } from './error.ts'
import type { HeadFile, KnownHead } from './head-file.ts'
import { nodeCrypto } from './key-file.ts'
import { type Head, type Lost, numberKey, putHead, readHead } from './outbox-head.ts'
import { copyBatches, copyBeside, copyEvents, type Events, NO_EVENTS, type Role } from './salvage-copy.ts'
import type { Store } from './store.ts'

/** What came over from a damaged outbox, and what did not. */
export interface Salvaged {
  batches: number
  events: number
  lost: Lost | undefined
  /** What head.json is to say from now on. */
  file: HeadFile
}

interface Kept {
  prev: Uint8Array
  leaf: Uint8Array
  count: number
}

const verify = verifyOnNode(nodeCrypto)

/**
 * Carries all that survived in `from`, a repaired copy, over into the empty store `to`, and reckons what is missing against head.json.
 * Nothing is taken on trust: a batch counts only with its signature over the events in it, an event only with its sum.
 */
export async function salvage(
  from: Store | undefined,
  to: Store,
  file: KnownHead | undefined,
  publicKey: Uint8Array,
): Promise<Salvaged> {
  const kid = toHex(keyThumbprint(publicKey))
  const head = from && (await headIn(from))
  for (const found of [head, file]) if (found && found.kid !== kid) throw new AgentError('OUTBOX_FOREIGN', { path: '' })
  const kept = from ? await keptIn(from, publicKey) : new Map<number, Kept>()
  const place = placeOf(head, file, kept)
  const { acked, ackedPrev, chain } = place
  // Numbers begin anew above all that were ever given.
  const firstEvent = Math.max(head?.firstEvent ?? 0, file?.events ?? 0)
  if (from) await copyBatches(from, to, firstEvent, (seq) => roleOf(seq, kept, place, head))
  const events = from ? await copyEvents(from, to, firstEvent, head, file) : NO_EVENTS
  if (from) await copyBeside(from, to)
  const lost = lossOf({ head, file, kept, events, place })
  const prev = chain > acked ? kept.get(chain - 1)!.leaf : ackedPrev
  const record = { kid, seq: chain, prev, acked, ackedPrev, firstEvent, ackedEvent: firstEvent, ...(lost && { lost }) }
  await to.commit([putHead(record)])
  const seq = Math.max(chain, lost?.to ?? 0)
  return {
    batches: kept.size,
    events: events.fresh + events.doubtful,
    lost,
    file: { kid, seq, prev: toHex(prev), events: firstEvent + events.fresh, signed: firstEvent, ends: [] },
  }
}

async function headIn(store: Store): Promise<Head | undefined> {
  const unreadable = (why: string): AgentError => new AgentError('OUTBOX_DAMAGED', { path: '', why })
  return readHead(store, unreadable).catch(() => undefined)
}

/** Every batch that is as it was signed, by its number. */
async function keptIn(store: Store, publicKey: Uint8Array): Promise<Map<number, Kept>> {
  const kept = new Map<number, Kept>()
  for (const space of ['orphan', 'batch'] as const) {
    for await (const [key, payload] of store.entries(space)) {
      const batch = readBatch(payload, publicKey)
      if (batch && numberKey(batch.seq) === key) kept.set(batch.seq, batch)
    }
  }
  return kept
}

function readBatch(payload: Uint8Array, publicKey: Uint8Array): (Kept & { seq: number }) | undefined {
  try {
    const { statement, events } = decodeBatch(payload)
    const { header, root, signed, signature } = parseStatement(statement)
    if (!equal(batchRoot(events), root) || !verify(publicKey, signed, signature)) return undefined
    return { seq: header.seq, prev: header.prev, leaf: statementLeaf(statement), count: events.length }
  } catch {
    return undefined
  }
}

interface Place {
  acked: number
  ackedPrev: Uint8Array
  /** The chain is whole from `acked` up to here. */
  chain: number
  /** Every number below may have been signed; undefined when nobody knows. */
  to: number | undefined
}

/** Where the chain stands, by what survived and by what head.json says was signed. */
function placeOf(head: Head | undefined, file: KnownHead | undefined, kept: ReadonlyMap<number, Kept>): Place {
  let highest = 0
  for (const seq of kept.keys()) highest = Math.max(highest, seq + 1)
  // Without head.json the database itself may have lost its end without a trace: then nobody knows how far the chain had come.
  const to = file && Math.max(file.seq, head?.seq ?? 0, head?.lost?.to ?? 0, highest)
  if (!head) {
    // Not even what was acknowledged is known: the ledger's word decides.
    const acked = to ?? 0
    const ackedPrev = file?.exact && file.seq === acked ? fromHex(file.prev) : ZERO_HASH
    return { acked, ackedPrev, chain: acked, to }
  }
  const { acked, ackedPrev } = head
  let chain = acked
  let prev = ackedPrev
  for (let next = kept.get(chain); next && equal(next.prev, prev); next = kept.get(chain)) {
    prev = next.leaf
    chain++
  }
  return { acked, ackedPrev, chain, to }
}

/** What becomes of batch `seq`: part of the chain, kept for what the ledger may say, or acknowledged long ago. */
function roleOf(seq: number, kept: ReadonlyMap<number, Kept>, { acked, chain }: Place, head: Head | undefined): Role {
  if (!kept.has(seq)) return undefined
  if (seq >= acked && seq < chain) return 'batch'
  return seq >= chain || !head || head.lost ? 'orphan' : undefined
}

interface Found {
  head: Head | undefined
  file: KnownHead | undefined
  kept: ReadonlyMap<number, Kept>
  events: Events
  place: Place
}

/** What has to be declared, if anything. */
function lossOf({ head, file, kept, events, place }: Found): Lost | undefined {
  const { acked, chain, to } = place
  const declared = head?.lost?.declared
  if (declared && acked === declared.seq && chain === to) return head.lost
  const reason = to === undefined ? 'unknown' : 'disk'
  const unsure = head === undefined || (head.lost?.unsure ?? false)
  const marks = head?.lost ?? marksOf(head, file)
  const lost: Lost = {
    ...{ to, reason, unsure, declared: undefined, first: marks.first, ends: marks.ends },
    // Below the guessed beginning of the chain there may be anything.
    from: unsure ? -1 : chain,
    ...{ events: undefined, accepted: undefined },
  }
  if (!file?.exact) return to === chain && head && !head.lost ? undefined : lost
  const signed = Math.max(head?.firstEvent ?? 0, file.signed)
  const accepted = Math.max(0, file.events - signed - events.fresh)
  if (!head || head.lost) return { ...lost, accepted }
  let inBatches = 0
  for (const [seq, { count }] of kept) if (seq >= acked) inBatches += count
  const gone = Math.max(0, signed - head.ackedEvent - inBatches - events.doubtful) + accepted
  return chain === to && accepted === 0 ? undefined : { ...lost, events: gone, accepted }
}

/** Which events were in which batch, as far back as head.json knows. */
function marksOf(head: Head | undefined, file: KnownHead | undefined): Pick<Lost, 'first' | 'ends'> {
  if (!file) return { first: 0, ends: [] }
  const first = file.seq - file.ends.length
  const ends = file.ends.map((end) => (Number.isFinite(end) ? end : null))
  // What is below the first end is in the first batch, if that one follows the last acknowledged.
  return head && first === head.acked ? { first: first - 1, ends: [head.ackedEvent, ...ends] } : { first, ends }
}
