import { createHash } from 'node:crypto'
import {
  decodeBatch,
  equal,
  fromHex,
  parseStatement,
  type SaltedEvent,
  statementLeaf,
  toHex,
  ZERO_HASH,
} from '@tristamp/protocol'
import { AgentError } from './error.ts'
import { decodeEventRecord, encodeEventRecord } from './event-record.ts'
import { initHeadFile, MAX_ENDS, writeHeadFile } from './head-file.ts'
import { decodeLink, encodeLink, type Head, type Lost, numberKey, putHead, readAll } from './outbox-head.ts'
import type { ChainPoint, SignedBatch } from './signer.ts'
import { type Store, type Write, writeError } from './store.ts'

/** Batches are kept well below what brokers take (1 MiB is a common limit), whatever the number of events. */
const MAX_BATCH_BYTES = 1_000_000
/**
 * Where nobody knows how far a chain had come, it goes on beyond any number that it can have used: a batch every 10 ms for a year is less.
 * Numbers have 48 bits, so this can happen tens of thousands of times.
 */
export const BEYOND_ANY: number = 2 ** 32

/** After so many acknowledged batches their room on the disk is given back: some megabytes, where there was a long queue. */
const RELEASE_BATCHES = 8

interface Accepted {
  events: readonly Uint8Array[]
  others: readonly Write[]
  resolve: () => void
  reject: (error: unknown) => void
}

/** What a loss comes down to when its place in the chain is known: the numbers of the declaration. */
export interface Gap {
  from: number
  to: number
  reason: Lost['reason']
  events: number | undefined
}

type Word = 'advanced' | 'known' | 'behind'

/**
 * Accepted events, then signed batches, until the ledger's signed acknowledgement. Two rules: an event is on the disk before anyone is told
 * that it was accepted, and a batch is on the disk, and its number in head.json, before anyone sees it, so that no place in the chain is
 * ever signed twice. What a damaged disk took is declared before anything else is signed.
 */
export class Outbox {
  readonly #store: Store
  readonly #folder: string
  #head!: Head
  /** What head.json says: batches from here on are shown to nobody yet. */
  #told = 0
  /** Number that the next accepted event gets. */
  #nextEvent = 0
  #busy: Promise<unknown> = Promise.resolve()
  #gathered: Accepted[] = []
  #guessed: boolean = false
  /** Batches deleted since their room was last given back. */
  #deleted = 0
  /** Of each batch that is not acknowledged, the number of the first event after it. */
  #ends: number[] = []

  private constructor(store: Store, folder: string) {
    this.#store = store
    this.#folder = folder
  }

  /** The first record of a new store; with a loss for a key that has signed before, nobody knows how much. */
  static async init(store: Store, folder: string, kid: Uint8Array, lost?: Lost): Promise<void> {
    const head: Head = {
      kid: toHex(kid),
      seq: 0,
      prev: ZERO_HASH,
      acked: 0,
      ackedPrev: ZERO_HASH,
      firstEvent: 0,
      ackedEvent: 0,
      ...(lost && { lost }),
    }
    await store.commit([putHead(head)])
    initHeadFile(folder, { kid: head.kid, seq: 0, prev: toHex(ZERO_HASH), events: 0, signed: 0, ends: [] })
  }

  /**
   * Reads what there is and checks that nothing is missing: LevelDB opens without a word after losing synced records (measured).
   * @throws AgentError OUTBOX_MISSING, OUTBOX_DAMAGED, OUTBOX_FOREIGN
   */
  static async open(store: Store, folder: string, kid: Uint8Array): Promise<Outbox> {
    const outbox = new Outbox(store, folder)
    await outbox.#load(kid)
    return outbox
  }

  /** After the store was reopened: what is on the disk is what counts. */
  async reload(): Promise<void> {
    await this.#inTurn(() => this.#load(fromHex(this.#head.kid)))
  }

  /** Number after the last batch that may be sent. */
  get nextSeq(): number {
    return Math.min(this.#head.seq, this.#told)
  }

  /** First batch that the ledger has not acknowledged. */
  get acked(): number {
    return this.#head.acked
  }

  /** Accepted events that are in no batch yet. */
  get unsigned(): number {
    return this.#nextEvent - this.#head.firstEvent
  }

  /** What is lost and not yet recorded as lost. */
  get lost(): Lost | undefined {
    return this.#head.lost
  }

  /**
   * Accepts events, together with whatever else must be true when they are (holdings, station states). Resolves when it is on the disk.
   * What comes while a write is under way shares the next one.
   */
  accept(events: readonly Uint8Array[], others: readonly Write[]): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#gathered.push({ events, others, resolve, reject })
      if (this.#gathered.length === 1) void this.#inTurn(() => this.#flush())
    })
  }

  /**
   * Signs the oldest accepted events as the next batch, at most `maxEvents` of them; false when there are none, or while a loss is not yet
   * declared. One write holds the batch, the removal of its events and the chain's new head: after a crash there is all of it or nothing.
   */
  async sign(
    maxEvents: number,
    signBatch: (events: SaltedEvent[], at: ChainPoint) => SignedBatch | Promise<SignedBatch>,
  ): Promise<boolean> {
    const draft = await this.#inTurn(async () => {
      await this.#tell()
      if (this.#head.lost) return undefined
      const { seq, prev, firstEvent } = this.#head
      return { ...(await this.#oldest(maxEvents)), seq, prev, firstEvent }
    })
    if (draft === undefined || draft.keys.length === 0) return false
    const { keys, events, seq, prev, firstEvent } = draft
    // A key that is elsewhere takes its time: meanwhile events are accepted and acknowledgements heard.
    const batch = await signBatch(events, { seq, prev })
    return this.#inTurn(async () => {
      const now = this.#head
      // The chain went on elsewhere: nobody has seen this batch, and nobody will.
      if (now.lost || now.seq !== seq || !equal(now.prev, prev) || now.firstEvent !== firstEvent) return true
      const end = firstEvent + keys.length
      const head: Head = { ...this.#head, seq: seq + 1, prev: batch.leaf, firstEvent: end }
      await this.#store.commit([
        ...keys.map((key): Write => ({ type: 'del', space: 'event', key })),
        ...putBatch(seq, prev, batch, end),
        putHead(head),
      ])
      this.#ends.push(end)
      // First in memory: whatever happens below, this place in the chain is taken.
      this.#head = head
      // The second, tiny truth: it would show if the database came back without this batch. Only then may the batch be seen.
      await this.#tell()
      return true
    })
  }

  /**
   * Signs the declaration of a loss, once everything that survived below it is acknowledged; false while there is nothing to declare. The
   * ledger's last word was `acked`, or nothing: then it is a guess, and `corrected` puts it right.
   */
  async declare(sign: (gap: Gap, at: ChainPoint) => SignedBatch | Promise<SignedBatch>): Promise<boolean> {
    return this.#inTurn(async () => {
      if (this.#head.lost?.unsure) await this.#guess()
      const { lost, acked, seq, ackedPrev } = this.#head
      if (!lost || lost.declared || acked !== seq) return false
      const to = Math.max(lost.to ?? acked + BEYOND_ANY, acked + 1)
      const gap: Gap = { from: acked, to, reason: lost.reason, events: goneWhen(lost, acked) }
      const batch = await sign(gap, { seq: to, prev: ackedPrev })
      const head: Head = {
        ...this.#head,
        acked: to,
        seq: to + 1,
        prev: batch.leaf,
        lost: { ...lost, to: to + 1, declared: { from: acked, seq: to } },
      }
      await this.#store.commit([...putBatch(to, ackedPrev, batch, this.#head.firstEvent), putHead(head)])
      this.#ends = [this.#head.firstEvent]
      this.#head = head
      await this.#tell()
      return true
    })
  }

  /** Resolves when more may be read without taking ever more memory. */
  released(): Promise<void> {
    return this.#store.released()
  }

  /** The bytes of a signed batch, exactly as they were signed. @throws AgentError OUTBOX_DAMAGED */
  async batch(seq: number): Promise<Uint8Array> {
    const [payload, bytes] = await Promise.all([
      this.#store.get('batch', numberKey(seq)),
      this.#store.get('link', numberKey(seq)),
    ])
    const link = bytes && decodeLink(bytes)
    if (!payload || !link) throw this.#damaged(`batch ${seq} is missing`)
    // The database gives back a flipped bit without a word.
    if (!equal(digestOf(payload), link.digest)) throw this.#damaged(`batch ${seq} is not as it was signed`)
    return payload
  }

  /** Leaf hash of batch `seq` − 1, where it is still known. */
  async prevOf(seq: number): Promise<Uint8Array | undefined> {
    if (seq === this.#head.seq) return this.#head.prev
    if (seq === this.#head.acked) return this.#head.ackedPrev
    const link = await this.#store.get('link', numberKey(seq))
    return link && decodeLink(link)?.prev
  }

  /**
   * The ledger holds everything below `next`, and `prev` is the leaf hash of the last: deletes up to there.
   * @returns 'behind' when the ledger knew more batches than this outbox, which then goes on from there
   * @throws AgentError OUTBOX_FORKED when the ledger's chain is not ours
   */
  async acknowledge(next: number, prev: Uint8Array): Promise<Word> {
    return this.#inTurn(async () => {
      const { lost, declared } = { lost: this.#head.lost, declared: this.#head.lost?.declared }
      if (lost && !declared) return this.#learn(next, prev)
      if (next <= this.#head.acked) return 'known'
      const ours = next <= this.#head.seq ? await this.prevOf(next) : undefined
      if (ours && !equal(ours, prev)) throw new AgentError('OUTBOX_FORKED', { seq: next - 1 })
      const behind = next > this.#head.seq
      // An old copy that has signed again since: what it holds was never recorded, so it is not for the ledger's ack to delete.
      if (behind && this.#head.acked < this.#head.seq) throw new AgentError('OUTBOX_FORKED', { seq: this.#head.acked })
      await this.#advance(next, prev)
      if (declared) await this.#settle()
      return behind ? 'behind' : 'advanced'
    })
  }

  /**
   * The ledger wants `expected`, after `prev`: while a loss is being declared, that may be another place than was thought, because more had
   * reached the ledger. Then the declaration is made anew under a number of its own: the first one stays refused for ever.
   * @returns whether the chain goes on elsewhere than before
   */
  async corrected(expected: number, prev: Uint8Array): Promise<boolean> {
    return this.#inTurn(async () => {
      const { lost } = this.#head
      if (!lost) return false
      if (!lost.declared) return expected !== this.#head.acked && (await this.#learn(expected, prev)) !== 'known'
      const same = expected === lost.declared.from && equal(prev, this.#head.ackedPrev)
      if (same || expected > lost.declared.seq) return false
      const { seq } = lost.declared
      const head: Head = {
        ...this.#head,
        ...{ acked: expected, ackedPrev: prev, seq: expected, prev },
        lost: { ...lost, declared: undefined },
      }
      await this.#store.commit([...delBatch(seq), putHead(head)])
      this.#head = head
      this.#ends = []
      await this.#adopt()
      return true
    })
  }

  async #load(kid: Uint8Array): Promise<void> {
    const { head, nextEvent, file, ends } = await readAll(this.#store, this.#folder, kid)
    this.#head = head
    this.#nextEvent = nextEvent
    this.#ends = ends
    this.#told = file.exact ? file.seq : -1
    await this.#tell()
    if (head.lost?.declared && head.acked > head.lost.declared.seq) await this.#settle()
  }

  /** Writes all that was gathered, as one. */
  async #flush(): Promise<void> {
    const group = this.#gathered
    this.#gathered = []
    try {
      await this.#commitEvents(
        group.flatMap(({ events }) => events.map((event) => encodeEventRecord(event))),
        group.flatMap(({ others }) => others),
      )
      for (const { resolve } of group) resolve()
    } catch (error) {
      for (const { reject } of group) reject(error)
    }
  }

  async #commitEvents(records: readonly Uint8Array[], others: readonly Write[]): Promise<void> {
    const first = this.#nextEvent
    const puts = records.map((value, i): Write => ({ type: 'put', space: 'event', key: numberKey(first + i), value }))
    await this.#store.commit([...puts, ...others])
    if (records.length === 0) return
    this.#nextEvent = first + records.length
    await this.#writeHeadFile(this.#head, false)
  }

  /** In the time after damage: what the ledger has is what counts, and what survived may go on from there. */
  async #learn(next: number, prev: Uint8Array): Promise<Word> {
    const { acked, seq, lost } = this.#head
    if (next < acked && !lost?.unsure) return 'known'
    if (next === acked && !lost?.unsure) return (await this.#finish()) ? 'advanced' : 'known'
    if (next < acked) await this.#orphanAll()
    else if (next <= seq) {
      const ours = await this.prevOf(next)
      if (ours && !equal(ours, prev)) throw new AgentError('OUTBOX_FORKED', { seq: next - 1 })
    }
    await this.#advance(next, prev, { ...lost!, unsure: false })
    await this.#adopt()
    await this.#finish()
    return 'advanced'
  }

  /** Without a word of the ledger: what survived is sent from its beginning; a wrong guess is refused and corrected. */
  async #guess(): Promise<void> {
    if (this.#guessed || this.#head.acked !== this.#head.seq) return
    this.#guessed = true
    for await (const [key, payload] of this.#store.entries('orphan', { limit: 1 })) {
      const { prev } = headerOf(payload)
      const head: Head = { ...this.#head, acked: Number(key), seq: Number(key), ackedPrev: prev, prev }
      await this.#store.commit([putHead(head)])
      this.#head = head
    }
    await this.#adopt()
  }

  /** Deletes everything below `next`; the chain goes on from there at the earliest. */
  async #advance(next: number, prev: Uint8Array, lost: Lost | undefined = this.#head.lost): Promise<void> {
    const { acked, seq } = this.#head
    const behind = next > seq || next < acked
    const last = this.#ends[next - acked - 1]
    const head: Head = {
      ...this.#head,
      ...{ acked: next, ackedPrev: prev, ...(behind && { seq: next, prev }), lost },
      ackedEvent: last ?? (behind ? this.#head.firstEvent : this.#head.ackedEvent),
    }
    const removals: Write[] = []
    for (let n = acked; n < Math.min(next, seq); n++) removals.push(...delBatch(n))
    await this.#store.commit([...removals, putHead(head)])
    this.#deleted += Math.max(0, Math.min(next, seq) - acked)
    if (this.#deleted >= RELEASE_BATCHES) {
      const from = numberKey(Math.max(0, next - this.#deleted))
      if (this.#store.release('batch', from, numberKey(next))) this.#deleted = 0
    }
    this.#ends = behind ? [] : this.#ends.slice(next - acked)
    this.#head = head
    await this.#tell()
  }

  /** Survivors that hang on the end of the chain become part of it again. */
  async #adopt(): Promise<void> {
    for await (const [key, payload] of this.#store.entries('orphan', { gte: numberKey(this.#head.seq) })) {
      const { prev, leaf } = headerOf(payload)
      if (key !== numberKey(this.#head.seq) || !equal(prev, this.#head.prev)) return
      const head: Head = { ...this.#head, seq: this.#head.seq + 1, prev: leaf }
      await this.#store.commit([
        { type: 'del', space: 'orphan', key },
        ...putBatch(this.#head.seq, prev, { payload, leaf }, this.#head.firstEvent),
        putHead(head),
      ])
      this.#ends.push(this.#head.firstEvent)
      this.#head = head
    }
  }

  /** All batches, back among the survivors whose place is not known. */
  async #orphanAll(): Promise<void> {
    for await (const [key, payload] of this.#store.entries('batch')) {
      await this.#store.commit([{ type: 'put', space: 'orphan', key, value: payload }, ...delBatch(Number(key))])
    }
    this.#ends = []
  }

  /** Whether it turned out that the ledger, or the chain, has every statement after all: then nothing is to be declared. */
  async #finish(): Promise<boolean> {
    const { lost, seq, acked } = this.#head
    if (lost?.to === undefined || seq < lost.to || seq !== acked) return false
    // Accepted events that were in no batch may still be gone.
    if (lost.accepted !== 0) return false
    await this.#settle()
    return true
  }

  /** The loss is recorded, or there was none: survivors that can never be recorded as they are give their events back, to be signed anew. */
  async #settle(): Promise<void> {
    const { lost } = this.#head
    const from = lost?.declared?.from ?? Number.POSITIVE_INFINITY
    for await (const [key, payload] of this.#store.entries('orphan')) {
      const events = Number(key) < from ? [] : decodeBatch(payload).events
      await this.#commitEvents(
        events.map(({ event, salt }) => encodeEventRecord(event, salt)),
        [{ type: 'del', space: 'orphan', key }],
      )
    }
    for await (const [key, record] of this.#store.entries('doubt')) {
      const recorded = !lost || mayBeRecorded(lost, from, Number(key))
      await this.#commitEvents(recorded ? [] : [record], [{ type: 'del', space: 'doubt', key }])
    }
    const head: Head = { ...this.#head, lost: undefined }
    await this.#store.commit([putHead(head)])
    this.#head = head
    await this.#tell()
  }

  /** Says in head.json how far the chain has come, if that is not there yet. */
  async #tell(): Promise<void> {
    const head = this.#head
    const seq = Math.max(head.seq, head.lost?.to ?? 0)
    if (this.#told === seq) return
    // A jump: the file that is kept beside must be one behind, so that either of the two tells the same.
    if (seq !== this.#told + 1) await this.#writeHeadFile({ ...head, seq: seq - 1, lost: undefined }, false)
    await this.#writeHeadFile(head, true)
    this.#told = seq
  }

  async #writeHeadFile({ kid, seq, prev, firstEvent, lost }: Head, signed: boolean): Promise<void> {
    const most = Math.max(seq, lost?.to ?? 0)
    // While numbers are lost, the last of them are not those of our batches.
    const ends = most === seq ? this.#ends.slice(-MAX_ENDS) : []
    const file = { kid, seq: most, prev: toHex(prev), events: this.#nextEvent, signed: firstEvent, ends }
    try {
      await writeHeadFile(this.#folder, file, signed)
    } catch (cause) {
      throw writeError(cause, this.#folder)
    }
  }

  async #oldest(maxEvents: number): Promise<{ keys: string[]; events: SaltedEvent[] }> {
    const keys: string[] = []
    const events: SaltedEvent[] = []
    let bytes = 0
    for await (const [key, value] of this.#store.entries('event', { limit: maxEvents })) {
      bytes += value.length
      if (events.length > 0 && bytes > MAX_BATCH_BYTES) break
      const event = decodeEventRecord(value)
      if (!event) throw this.#damaged(`accepted event ${Number(key)} is not as it was written`)
      keys.push(key)
      events.push(event)
    }
    return { keys, events }
  }

  #damaged(why: string): AgentError {
    return new AgentError('OUTBOX_DAMAGED', { path: this.#folder, why })
  }

  /** One change of the chain after the other. */
  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const done = this.#busy.then(work)
    this.#busy = done.catch(() => undefined)
    return done
  }
}

/** How many events are gone when the ledger's chain ends before `next`; undefined when that is not known. */
function goneWhen({ events, from, to, accepted }: Lost, next: number): number | undefined {
  if (next <= from) return events
  return to !== undefined && next >= to ? accepted : undefined
}

/**
 * Whether an event that was in a lost statement may be in the ledger already, which has the statements below `next`. It is signed anew only
 * when it surely is not: one that is recorded twice is worse than one that is declared lost.
 */
export function mayBeRecorded({ first, ends, from }: Lost, next: number, event: number): boolean {
  if (next <= from) return false
  const i = ends.findIndex((end) => end === null || event < end)
  return i <= 0 || first + i < next
}

/** The writes of a signed batch at its place; `end`: the number of the first event after it. */
export function putBatch(seq: number, prev: Uint8Array, { payload, leaf }: SignedBatch, end: number): Write[] {
  const link = encodeLink({ prev, leaf, digest: digestOf(payload), end })
  return [
    { type: 'put', space: 'batch', key: numberKey(seq), value: payload },
    { type: 'put', space: 'link', key: numberKey(seq), value: link },
  ]
}

function delBatch(seq: number): Write[] {
  return [
    { type: 'del', space: 'batch', key: numberKey(seq) },
    { type: 'del', space: 'link', key: numberKey(seq) },
  ]
}

/** Where a kept batch stands in the chain. */
function headerOf(payload: Uint8Array): { prev: Uint8Array; leaf: Uint8Array } {
  const { statement } = decodeBatch(payload)
  return { prev: parseStatement(statement).header.prev, leaf: statementLeaf(statement) }
}

function digestOf(bytes: Uint8Array): Uint8Array {
  return new Uint8Array(createHash('sha256').update(bytes).digest())
}
