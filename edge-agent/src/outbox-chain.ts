import { equal, toHex } from '@tristamp/protocol'
import { AgentError } from './error.ts'
import { type NewEvent, putEvents } from './event-record.ts'
import { MAX_ENDS, writeHeadFile } from './head-file.ts'
import { delBatch, digestOf } from './outbox-batch.ts'
import { decodeLink, type Head, type Lost, numberKey, putHead, readAll } from './outbox-head.ts'
import type { Store, Write } from './store.ts'
import { writeError } from './store-error.ts'

/** After so many acknowledged batches their room on the disk is given back: some megabytes, where there was a long queue. */
const RELEASE_BATCHES = 8
/** The same for events that went into batches: those of so many. */
const RELEASE_EVENTS = 4096

/**
 * The chain of one key as it stands on the disk, and what is remembered of it: every change is one write, and counts from when it is on the
 * disk. Who calls sees to it that one change comes after the other.
 */
export class Chain {
  readonly #store: Store
  readonly #folder: string
  #head!: Head
  /** What head.json says: batches from here on are shown to nobody yet. */
  #told = 0
  /** Number that the next accepted event gets. */
  #nextEvent = 0
  /** Batches deleted since their room was last given back. */
  #deleted = 0
  /** From here on signed events' room was not given back yet. */
  #keptEvent = 0
  /** Of each batch that is not acknowledged, the number of the first event after it. */
  #ends: number[] = []

  constructor(store: Store, folder: string) {
    this.#store = store
    this.#folder = folder
  }

  /** Reads all there is. @throws AgentError OUTBOX_MISSING, OUTBOX_DAMAGED, OUTBOX_FOREIGN */
  async load(kid: Uint8Array): Promise<void> {
    const { head, nextEvent, file, ends } = await readAll(this.#store, this.#folder, kid)
    this.#head = head
    this.#nextEvent = nextEvent
    this.#keptEvent = head.firstEvent
    this.#ends = ends
    this.#told = file.exact ? file.seq : -1
    await this.tell()
  }

  get head(): Head {
    return this.#head
  }

  /** Number after the last batch that may be sent. */
  get nextSeq(): number {
    return Math.min(this.#head.seq, this.#told)
  }

  /** Accepted events that are in no batch yet. */
  get unsigned(): number {
    return this.#nextEvent - this.#head.firstEvent
  }

  /** Writes and moves the head, as one. */
  async move(head: Head, writes: readonly Write[] = []): Promise<void> {
    await this.#store.commit([...writes, putHead(head)])
    this.#head = head
  }

  /** The same for a head that has one batch more; the first event after it has the number `end`. */
  async append(head: Head, end: number, writes: readonly Write[]): Promise<void> {
    await this.#store.commit([...writes, putHead(head)])
    this.#ends.push(end)
    // First in memory: whatever comes next, this place in the chain is taken.
    this.#head = head
    if (head.firstEvent - this.#keptEvent < RELEASE_EVENTS) return
    const [from, to] = [numberKey(this.#keptEvent), numberKey(head.firstEvent)]
    if (this.#store.release('event', from, to)) this.#keptEvent = head.firstEvent
  }

  /** The same for a head that none of the batches before leads to; what may have its number ends before the events `ends`. */
  async jump(head: Head, writes: readonly Write[], ends: readonly number[]): Promise<void> {
    await this.move(head, writes)
    this.#ends = [...ends]
  }

  /** Deletes everything below `next`; the chain goes on from there at the earliest. */
  async advance(next: number, prev: Uint8Array, lost: Lost | undefined = this.#head.lost): Promise<void> {
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
    await this.tell()
  }

  /** All batches, among the survivors whose place is not known. */
  async orphanAll(): Promise<void> {
    for await (const [key, payload] of this.#store.entries('batch')) {
      await this.#store.commit([{ type: 'put', space: 'orphan', key, value: payload }, ...delBatch(Number(key))])
    }
    this.#ends = []
  }

  /** Writes accepted events behind those before, and what else must be true with them. */
  async commitEvents(events: readonly NewEvent[], others: readonly Write[]): Promise<void> {
    const first = this.#nextEvent
    await this.#store.commit([...putEvents(first, events), ...others])
    if (events.length === 0) return
    this.#nextEvent = first + events.length
    await this.#writeHeadFile(this.#head, false)
  }

  /** Says in head.json how far the chain has come, if that is not there yet. */
  async tell(): Promise<void> {
    const head = this.#head
    const seq = Math.max(head.seq, head.lost?.to ?? 0)
    if (this.#told === seq) return
    // A jump: the file that is kept beside must be one behind, so that either of the two tells the same.
    if (seq !== this.#told + 1) await this.#writeHeadFile({ ...head, seq: seq - 1, lost: undefined }, false)
    await this.#writeHeadFile(head, true)
    this.#told = seq
  }

  /** The bytes of a signed batch, exactly as they were signed. @throws AgentError OUTBOX_DAMAGED */
  async batch(seq: number): Promise<Uint8Array> {
    const [payload, bytes] = await Promise.all([
      this.#store.get('batch', numberKey(seq)),
      this.#store.get('link', numberKey(seq)),
    ])
    const link = bytes && decodeLink(bytes)
    if (!payload || !link) throw this.damaged(`batch ${seq} is missing`)
    // The database gives back a flipped bit without a word.
    if (!equal(digestOf(payload), link.digest)) throw this.damaged(`batch ${seq} is not as it was signed`)
    return payload
  }

  /** Leaf hash of batch `seq` − 1, where it is still known. */
  async prevOf(seq: number): Promise<Uint8Array | undefined> {
    if (seq === this.#head.seq) return this.#head.prev
    if (seq === this.#head.acked) return this.#head.ackedPrev
    const link = await this.#store.get('link', numberKey(seq))
    return link && decodeLink(link)?.prev
  }

  /** @throws AgentError OUTBOX_FORKED when the ledger's chain, which has `prev` before `next`, is not ours */
  async refuseFork(next: number, prev: Uint8Array): Promise<void> {
    const ours = await this.prevOf(next)
    if (ours && !equal(ours, prev)) throw new AgentError('OUTBOX_FORKED', { seq: next - 1 })
  }

  damaged(why: string): AgentError {
    return new AgentError('OUTBOX_DAMAGED', { path: this.#folder, why })
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
}
