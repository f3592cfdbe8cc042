import { equal, fromHex, type SaltedEvent, toHex, ZERO_HASH } from '@tristamp/protocol'
import { AgentError } from './error.ts'
import { decodeEventRecord } from './event-record.ts'
import { initHeadFile } from './head-file.ts'
import { putBatch } from './outbox-batch.ts'
import { Chain } from './outbox-chain.ts'
import { type Head, type Lost, numberKey, putHead } from './outbox-head.ts'
import { Loss, type SignGap } from './outbox-loss.ts'
import type { ChainPoint, SignedBatch } from './signer.ts'
import type { Store, Write } from './store.ts'

/** Batches are kept well below what brokers take (1 MiB is a common limit), whatever the number of events. */
const MAX_BATCH_BYTES = 1_000_000

interface Accepted {
  events: readonly Uint8Array[]
  others: readonly Write[]
  resolve: () => void
  reject: (error: unknown) => void
}

type Word = 'advanced' | 'known' | 'behind'

/**
 * Accepted events, then signed batches, until the ledger's signed acknowledgement. Two rules: an event is on the disk before anyone is told
 * that it was accepted, and a batch is on the disk, and its number in head.json, before anyone sees it, so that no place in the chain is
 * ever signed twice. What a damaged disk took is declared before anything else is signed.
 */
export class Outbox {
  readonly #store: Store
  readonly #chain: Chain
  readonly #loss: Loss
  #busy: Promise<unknown> = Promise.resolve()
  #gathered: Accepted[] = []

  private constructor(store: Store, folder: string) {
    this.#store = store
    this.#chain = new Chain(store, folder)
    this.#loss = new Loss(store, this.#chain)
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
    await this.#inTurn(() => this.#load(fromHex(this.#chain.head.kid)))
  }

  /** Number after the last batch that may be sent. */
  get nextSeq(): number {
    return this.#chain.nextSeq
  }

  /** Number after the last batch that is signed: what is no longer unsigned is below it, also before it may be sent. */
  get endSeq(): number {
    return this.#chain.head.seq
  }

  /** First batch that the ledger has not acknowledged. */
  get acked(): number {
    return this.#chain.head.acked
  }

  /** Accepted events that are in no batch yet. */
  get unsigned(): number {
    return this.#chain.unsigned
  }

  /** What is lost and not yet recorded as lost. */
  get lost(): Lost | undefined {
    return this.#chain.head.lost
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
      await this.#chain.tell()
      const { seq, prev, firstEvent, lost } = this.#chain.head
      return lost ? undefined : { ...(await this.#oldest(maxEvents)), seq, prev, firstEvent }
    })
    if (draft === undefined || draft.keys.length === 0) return false
    const { keys, events, seq, prev, firstEvent } = draft
    // A key that is elsewhere takes its time: meanwhile events are accepted and acknowledgements heard.
    const batch = await signBatch(events, { seq, prev })
    return this.#inTurn(async () => {
      const now = this.#chain.head
      // The chain went on elsewhere: nobody has seen this batch, and nobody will.
      if (now.lost || now.seq !== seq || !equal(now.prev, prev) || now.firstEvent !== firstEvent) return true
      const end = firstEvent + keys.length
      await this.#chain.append({ ...now, seq: seq + 1, prev: batch.leaf, firstEvent: end }, end, [
        ...keys.map((key): Write => ({ type: 'del', space: 'event', key })),
        ...putBatch(seq, prev, batch, end),
      ])
      // The second, tiny truth: it would show if the database came back without this batch. Only then may the batch be seen.
      await this.#chain.tell()
      return true
    })
  }

  /**
   * Signs the declaration of a loss, once everything that survived below it is acknowledged; false while there is nothing to declare. The
   * ledger's last word was `acked`, or nothing: then it is a guess, and `corrected` puts it right.
   */
  declare(sign: SignGap): Promise<boolean> {
    return this.#inTurn(() => this.#loss.declare(sign))
  }

  /** Resolves when more may be read without taking ever more memory. */
  released(): Promise<void> {
    return this.#store.released()
  }

  /** The bytes of a signed batch, exactly as they were signed. @throws AgentError OUTBOX_DAMAGED */
  batch(seq: number): Promise<Uint8Array> {
    return this.#chain.batch(seq)
  }

  /** Leaf hash of batch `seq` − 1, where it is still known. */
  prevOf(seq: number): Promise<Uint8Array | undefined> {
    return this.#chain.prevOf(seq)
  }

  /**
   * The ledger holds everything below `next`, and `prev` is the leaf hash of the last: deletes up to there.
   * @returns 'behind' when the ledger knew more batches than this outbox, which then goes on from there
   * @throws AgentError OUTBOX_FORKED when the ledger's chain is not ours
   */
  acknowledge(next: number, prev: Uint8Array): Promise<Word> {
    return this.#inTurn(async () => {
      const { lost, acked, seq } = this.#chain.head
      if (lost && !lost.declared) return this.#loss.learn(next, prev)
      if (next <= acked) return 'known'
      const behind = next > seq
      if (!behind) await this.#chain.refuseFork(next, prev)
      // An old copy that has signed again since: what it holds was never recorded, so it is not for the ledger's ack to delete.
      else if (acked < seq) throw new AgentError('OUTBOX_FORKED', { seq: acked })
      await this.#chain.advance(next, prev)
      if (lost) await this.#loss.settle()
      return behind ? 'behind' : 'advanced'
    })
  }

  /**
   * The ledger wants `expected`, after `prev`: while a loss is being declared, that may be another place than was thought, because more had
   * reached the ledger. Then the declaration is made anew under a number of its own: the first one stays refused for ever.
   * @returns whether the chain goes on elsewhere than before
   */
  corrected(expected: number, prev: Uint8Array): Promise<boolean> {
    return this.#inTurn(() => this.#loss.correct(expected, prev))
  }

  async #load(kid: Uint8Array): Promise<void> {
    await this.#chain.load(kid)
    await this.#loss.resume()
  }

  /** Writes all that was gathered, as one. */
  async #flush(): Promise<void> {
    const group = this.#gathered
    this.#gathered = []
    try {
      await this.#chain.commitEvents(
        group.flatMap(({ events }) => events.map((event) => ({ event }))),
        group.flatMap(({ others }) => others),
      )
      for (const { resolve } of group) resolve()
    } catch (error) {
      for (const { reject } of group) reject(error)
    }
  }

  async #oldest(maxEvents: number): Promise<{ keys: string[]; events: SaltedEvent[] }> {
    const keys: string[] = []
    const events: SaltedEvent[] = []
    let bytes = 0
    // Not from the beginning: what was signed before is deleted there, and walking over it would read tables of it into memory.
    const from = numberKey(this.#chain.head.firstEvent)
    for await (const [key, value] of this.#store.entries('event', { gte: from, limit: maxEvents })) {
      bytes += value.length
      if (events.length > 0 && bytes > MAX_BATCH_BYTES) break
      const event = decodeEventRecord(key, value)
      if (!event) throw this.#chain.damaged(`accepted event ${Number(key)} is not as it was written`)
      keys.push(key)
      events.push(event)
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
