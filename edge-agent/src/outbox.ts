import { randomBytes } from 'node:crypto'
import { concat, equal, fromHex, type SaltedEvent, toHex, ZERO_HASH } from '@tristamp/protocol'
import { AgentError } from './error.ts'
import { writeHeadFile } from './head-file.ts'
import { type Head, numberKey, putHead, readAll } from './outbox-head.ts'
import type { ChainPoint, SignedBatch } from './signer.ts'
import { type Store, type Write, writeError } from './store.ts'

const SALT_BYTES = 16
/** Batches are kept well below what brokers take (1 MiB is a common limit), whatever the number of events. */
const MAX_BATCH_BYTES = 1_000_000

/**
 * Accepted events, then signed batches, until the ledger's signed acknowledgement. Two rules: an event is on the disk before anyone is told
 * that it was accepted, and a batch is on the disk before anyone sees it, so that no place in the chain is ever signed twice.
 */
export class Outbox {
  readonly #store: Store
  readonly #folder: string
  #head: Head
  /** Number that the next accepted event gets. */
  #nextEvent: number
  #busy: Promise<unknown> = Promise.resolve()

  private constructor(store: Store, folder: string, head: Head, nextEvent: number) {
    this.#store = store
    this.#folder = folder
    this.#head = head
    this.#nextEvent = nextEvent
  }

  /** The first record of a new store. */
  static async init(store: Store, folder: string, kid: Uint8Array): Promise<void> {
    const head: Head = { kid: toHex(kid), seq: 0, prev: ZERO_HASH, acked: 0, ackedPrev: ZERO_HASH, firstEvent: 0 }
    await store.commit([putHead(head)])
    writeHeadFile(folder, { kid: head.kid, seq: 0, prev: toHex(ZERO_HASH) })
  }

  /**
   * Reads what there is and checks that nothing is missing: LevelDB opens without a word after losing synced records (measured).
   * @throws AgentError OUTBOX_MISSING, OUTBOX_DAMAGED
   */
  static async open(store: Store, folder: string, kid: Uint8Array): Promise<Outbox> {
    const { head, nextEvent } = await readAll(store, folder, kid)
    return new Outbox(store, folder, head, nextEvent)
  }

  /** After the store was reopened: what is on the disk is what counts. */
  async reload(): Promise<void> {
    await this.#inTurn(async () => {
      const { head, nextEvent } = await readAll(this.#store, this.#folder, fromHex(this.#head.kid))
      this.#head = head
      this.#nextEvent = nextEvent
    })
  }

  /** Sequence number of the next batch. */
  get nextSeq(): number {
    return this.#head.seq
  }

  /** First batch that the ledger has not acknowledged. */
  get acked(): number {
    return this.#head.acked
  }

  /** Accepted events that are in no batch yet. */
  get unsigned(): number {
    return this.#nextEvent - this.#head.firstEvent
  }

  /** Accepts events, together with whatever else must be true when they are (holdings, station states). Resolves when it is on the disk. */
  async accept(events: readonly Uint8Array[], others: readonly Write[]): Promise<void> {
    await this.#inTurn(async () => {
      const first = this.#nextEvent
      const puts = events.map((event, i): Write => {
        return { type: 'put', space: 'event', key: numberKey(first + i), value: concat(randomBytes(SALT_BYTES), event) }
      })
      await this.#store.commit([...puts, ...others])
      this.#nextEvent = first + events.length
    })
  }

  /**
   * Signs the oldest accepted events as the next batch, at most `maxEvents` of them; false when there are none. One write holds the batch, the
   * removal of its events and the chain's new head: after a crash there is either all of it or nothing.
   */
  async sign(maxEvents: number, signBatch: (events: SaltedEvent[], at: ChainPoint) => SignedBatch): Promise<boolean> {
    return this.#inTurn(async () => {
      const { keys, events } = await this.#oldest(maxEvents)
      if (keys.length === 0) return false
      const { seq, prev, firstEvent } = this.#head
      const { payload, leaf } = signBatch(events, { seq, prev })
      const head: Head = { ...this.#head, seq: seq + 1, prev: leaf, firstEvent: firstEvent + keys.length }
      await this.#store.commit([
        ...keys.map((key): Write => ({ type: 'del', space: 'event', key })),
        { type: 'put', space: 'batch', key: numberKey(seq), value: payload },
        { type: 'put', space: 'link', key: numberKey(seq), value: concat(prev, leaf) },
        putHead(head),
      ])
      // First in memory: whatever happens below, this place in the chain is taken.
      this.#head = head
      // The second, tiny truth: it would show if the database came back without this batch.
      this.#writeHeadFile()
      return true
    })
  }

  /** The bytes of a signed batch, exactly as they were signed. @throws AgentError OUTBOX_DAMAGED */
  async batch(seq: number): Promise<Uint8Array> {
    const payload = await this.#store.get('batch', numberKey(seq))
    if (!payload) throw new AgentError('OUTBOX_DAMAGED', { path: this.#folder, why: `batch ${seq} is missing` })
    return payload
  }

  /** Leaf hash of batch `seq` − 1, where it is still known. */
  async prevOf(seq: number): Promise<Uint8Array | undefined> {
    if (seq === this.#head.seq) return this.#head.prev
    if (seq === this.#head.acked) return this.#head.ackedPrev
    const link = await this.#store.get('link', numberKey(seq))
    return link?.slice(0, ZERO_HASH.length)
  }

  /**
   * The ledger holds everything below `next`, and `prev` is the leaf hash of the last: deletes up to there.
   * @returns 'behind' when the ledger knew more batches than this outbox, which then goes on from there
   * @throws AgentError OUTBOX_FORKED when the ledger's chain is not ours
   */
  async acknowledge(next: number, prev: Uint8Array): Promise<'advanced' | 'known' | 'behind'> {
    return this.#inTurn(async () => {
      if (next <= this.#head.acked) return 'known'
      const ours = next <= this.#head.seq ? await this.prevOf(next) : undefined
      if (ours && !equal(ours, prev)) throw new AgentError('OUTBOX_FORKED', { seq: next - 1 })
      const behind = next > this.#head.seq
      // An old copy that has signed again since: what it holds was never recorded, so it is not for the ledger's ack to delete.
      if (behind && this.#head.acked < this.#head.seq) throw new AgentError('OUTBOX_FORKED', { seq: this.#head.acked })
      const head: Head = { ...this.#head, acked: next, ackedPrev: prev, ...(behind && { seq: next, prev }) }
      const last = Math.min(next, this.#head.seq)
      const removals: Write[] = []
      for (let seq = this.#head.acked; seq < last; seq++) {
        removals.push(
          { type: 'del', space: 'batch', key: numberKey(seq) },
          { type: 'del', space: 'link', key: numberKey(seq) },
        )
      }
      await this.#store.commit([...removals, putHead(head)])
      this.#head = head
      if (behind) this.#writeHeadFile()
      return behind ? 'behind' : 'advanced'
    })
  }

  #writeHeadFile(): void {
    const { kid, seq, prev } = this.#head
    try {
      writeHeadFile(this.#folder, { kid, seq, prev: toHex(prev) })
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
      keys.push(key)
      events.push({ salt: value.slice(0, SALT_BYTES), event: value.slice(SALT_BYTES) })
    }
    return { keys, events }
  }

  /** One change of the chain after the other. */
  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const done = this.#busy.then(work)
    this.#busy = done.catch(() => undefined)
    return done
  }
}
