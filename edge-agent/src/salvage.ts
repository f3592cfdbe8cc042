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
import { decodeEventRecord } from './event-record.ts'
import type { HeadFile, KnownHead } from './head-file.ts'
import { nodeCrypto } from './key-file.ts'
import { putBatch } from './outbox-batch.ts'
import { type Head, type Lost, numberKey, putHead, readHead } from './outbox-head.ts'
import type { Space, Store, Write } from './store.ts'

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

/** Copied in pieces, so that a day's worth of batches is never in memory. */
const COPY_BYTES = 1_000_000
/**
 * What is convenient but proves nothing: taken over where it can be read. Not the states of stations: an act that is open in an older state may
 * have been recorded since, and closing it again would record its goods twice. What was only gathered nobody was told was recorded.
 */
const BESIDE: readonly Space[] = ['holding', 'reading']

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

type Role = 'batch' | 'orphan' | undefined

/** What becomes of batch `seq`: part of the chain, kept for what the ledger may say, or acknowledged long ago. */
function roleOf(seq: number, kept: ReadonlyMap<number, Kept>, { acked, chain }: Place, head: Head | undefined): Role {
  if (!kept.has(seq)) return undefined
  if (seq >= acked && seq < chain) return 'batch'
  return seq >= chain || !head || head.lost ? 'orphan' : undefined
}

async function copyBatches(from: Store, to: Store, end: number, role: (seq: number) => Role): Promise<void> {
  const copy = new Copy(to)
  for (const space of ['orphan', 'batch'] as const) {
    for await (const [key, payload] of from.entries(space)) {
      const seq = Number(key)
      const becomes = role(seq)
      if (becomes === 'orphan') await copy.add([{ type: 'put', space: 'orphan', key, value: payload }], payload.length)
      if (becomes !== 'batch') continue
      const { statement } = decodeBatch(payload)
      const batch = { payload, leaf: statementLeaf(statement) }
      await copy.add(putBatch(seq, parseStatement(statement).header.prev, batch, end), payload.length)
    }
  }
  await copy.end()
}

interface Events {
  /** Accepted, and in no batch that was ever signed. */
  fresh: number
  /** Those that batches had which are lost: they came back as the database lost its end, or its deletions. */
  doubtful: number
}

const NO_EVENTS: Events = { fresh: 0, doubtful: 0 }

/** Events below this number may be in a batch. Where head.json is lost with the end of the database, that may be any of them. */
function signedUpTo(head: Head | undefined, file: KnownHead | undefined): number {
  const known = file && (file.exact || (head?.seq ?? -1) >= file.seq)
  return known ? Math.max(head?.firstEvent ?? 0, file.signed) : Number.POSITIVE_INFINITY
}

/** Fresh events in their order, numbered anew without holes; doubtful ones aside, with the numbers that they had. */
async function copyEvents(
  from: Store,
  to: Store,
  first: number,
  head: Head | undefined,
  file: KnownHead | undefined,
): Promise<Events> {
  const signed = signedUpTo(head, file)
  const copy = new Copy(to)
  const doubtful = new Map<string, string>()
  let fresh = 0
  for await (const [key, record] of from.entries('event')) {
    const event = decodeEventRecord(record)
    if (!event || Number(key) < (head?.ackedEvent ?? 0)) continue
    if (Number(key) < signed) doubtful.set(toHex(event.salt), key)
    else
      await copy.add([{ type: 'put', space: 'event', key: numberKey(first + fresh++), value: record }], record.length)
  }
  await copy.end()
  // An event has one salt, wherever it is: what a batch that survived has is not doubtful.
  if (doubtful.size > 0) {
    for (const space of ['orphan', 'batch'] as const) {
      for await (const [, payload] of to.entries(space))
        for (const { salt } of decodeBatch(payload).events) doubtful.delete(toHex(salt))
    }
  }
  for (const key of doubtful.values()) {
    const value = await from.get('event', key)
    if (value) await copy.add([{ type: 'put', space: 'doubt', key, value }], value.length)
  }
  let kept = doubtful.size
  for await (const [key, value] of from.entries('doubt')) {
    if (!decodeEventRecord(value)) continue
    kept++
    await copy.add([{ type: 'put', space: 'doubt', key, value }], value.length)
  }
  await copy.end()
  return { fresh, doubtful: kept }
}

async function copyBeside(from: Store, to: Store): Promise<void> {
  const copy = new Copy(to)
  for (const space of BESIDE) {
    for await (const [key, value] of from.entries(space)) {
      if (isJson(value)) await copy.add([{ type: 'put', space, key, value }], value.length)
    }
  }
  await copy.end()
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

/** Writes that are gathered up to a size. */
class Copy {
  readonly #to: Store
  #writes: Write[] = []
  #bytes = 0

  constructor(to: Store) {
    this.#to = to
  }

  async add(writes: readonly Write[], bytes: number): Promise<void> {
    this.#writes.push(...writes)
    this.#bytes += bytes
    if (this.#bytes > COPY_BYTES) await this.end()
  }

  async end(): Promise<void> {
    if (this.#writes.length > 0) await this.#to.commit(this.#writes)
    this.#writes = []
    this.#bytes = 0
  }
}

function isJson(bytes: Uint8Array): boolean {
  try {
    JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes))
    return true
  } catch {
    return false
  }
}
