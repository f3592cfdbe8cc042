import { decodeBatch, equal } from '@tristamp/protocol'
import { decodeEventRecord } from './event-record.ts'
import { delBatch, headerOf, putBatch } from './outbox-batch.ts'
import type { Chain } from './outbox-chain.ts'
import { type Head, type Lost, numberKey } from './outbox-head.ts'
import type { ChainPoint, SignedBatch } from './signer.ts'
import type { Store } from './store.ts'

/**
 * Where nobody knows how far a chain had come, it goes on beyond any number that it can have used: a batch every 10 ms for a year is less.
 * Numbers have 48 bits, so this can happen tens of thousands of times.
 */
const BEYOND_ANY = 2 ** 32

/** What a loss comes down to when its place in the chain is known: the numbers of the declaration. */
export interface Gap {
  from: number
  to: number
  reason: Lost['reason']
  events: number | undefined
}

/** What signs the declaration of a loss at its place. */
export type SignGap = (gap: Gap, at: ChainPoint) => SignedBatch | Promise<SignedBatch>

/** From damage to its record: finds out what of it the ledger has, what survived, and declares the rest. */
export class Loss {
  readonly #store: Store
  readonly #chain: Chain
  #guessed: boolean = false

  constructor(store: Store, chain: Chain) {
    this.#store = store
    this.#chain = chain
  }

  /** After a start: a stop may have come between the ledger's word and what follows from it. */
  async resume(): Promise<void> {
    const { lost, acked } = this.#chain.head
    if (lost?.declared && acked > lost.declared.seq) await this.settle()
  }

  /** @returns false while there is nothing to declare */
  async declare(sign: SignGap): Promise<boolean> {
    if (this.#chain.head.lost?.unsure) await this.#guess()
    const { head } = this.#chain
    const { lost, acked, seq, ackedPrev, firstEvent } = head
    if (!lost || lost.declared || acked !== seq) return false
    const to = Math.max(lost.to ?? acked + BEYOND_ANY, acked + 1)
    const gap: Gap = { from: acked, to, reason: lost.reason, events: goneWhen(lost, acked) }
    const batch = await sign(gap, { seq: to, prev: ackedPrev })
    const declared: Head = {
      ...head,
      acked: to,
      seq: to + 1,
      prev: batch.leaf,
      lost: { ...lost, to: to + 1, declared: { from: acked, seq: to } },
    }
    await this.#chain.jump(declared, putBatch(to, ackedPrev, batch, firstEvent), [firstEvent])
    await this.#chain.tell()
    return true
  }

  /** The ledger wants `expected`, after `prev`. @returns whether the chain goes on elsewhere than before */
  async correct(expected: number, prev: Uint8Array): Promise<boolean> {
    const { head } = this.#chain
    const { lost } = head
    if (!lost) return false
    if (!lost.declared) return expected !== head.acked && (await this.learn(expected, prev)) !== 'known'
    const same = expected === lost.declared.from && equal(prev, head.ackedPrev)
    if (same || expected > lost.declared.seq) return false
    const corrected: Head = {
      ...head,
      ...{ acked: expected, ackedPrev: prev, seq: expected, prev },
      lost: { ...lost, declared: undefined },
    }
    await this.#chain.jump(corrected, delBatch(lost.declared.seq), [])
    await this.#adopt()
    return true
  }

  /** In the time after damage: what the ledger has is what counts, and what survived may go on from there. */
  async learn(next: number, prev: Uint8Array): Promise<'advanced' | 'known'> {
    const { acked, seq, lost } = this.#chain.head
    if (next < acked && !lost?.unsure) return 'known'
    if (next === acked && !lost?.unsure) return (await this.#finish()) ? 'advanced' : 'known'
    if (next < acked) await this.#chain.orphanAll()
    else if (next <= seq) await this.#chain.refuseFork(next, prev)
    await this.#chain.advance(next, prev, { ...lost!, unsure: false })
    await this.#adopt()
    await this.#finish()
    return 'advanced'
  }

  /** The loss is recorded, or there was none: survivors that can never be recorded as they are give their events back, to be signed anew. */
  async settle(): Promise<void> {
    const { lost } = this.#chain.head
    const from = lost?.declared?.from ?? Number.POSITIVE_INFINITY
    for await (const [key, payload] of this.#store.entries('orphan')) {
      const events = Number(key) < from ? [] : decodeBatch(payload).events
      await this.#chain.commitEvents(events, [{ type: 'del', space: 'orphan', key }])
    }
    for await (const [key, record] of this.#store.entries('doubt')) {
      const event = lost && !mayBeRecorded(lost, from, Number(key)) ? decodeEventRecord(key, record) : undefined
      await this.#chain.commitEvents(event ? [event] : [], [{ type: 'del', space: 'doubt', key }])
    }
    await this.#chain.move({ ...this.#chain.head, lost: undefined })
    await this.#chain.tell()
  }

  /** Without a word of the ledger: what survived is sent from its beginning; a wrong guess is refused and corrected. */
  async #guess(): Promise<void> {
    if (this.#guessed || this.#chain.head.acked !== this.#chain.head.seq) return
    this.#guessed = true
    for await (const [key, payload] of this.#store.entries('orphan', { limit: 1 })) {
      const { prev } = headerOf(payload)
      await this.#chain.move({ ...this.#chain.head, acked: Number(key), seq: Number(key), ackedPrev: prev, prev })
    }
    await this.#adopt()
  }

  /** Survivors that hang on the end of the chain become part of it again. */
  async #adopt(): Promise<void> {
    for await (const [key, payload] of this.#store.entries('orphan', { gte: numberKey(this.#chain.head.seq) })) {
      const { prev, leaf } = headerOf(payload)
      const { head } = this.#chain
      if (key !== numberKey(head.seq) || !equal(prev, head.prev)) return
      await this.#chain.append({ ...head, seq: head.seq + 1, prev: leaf }, head.firstEvent, [
        { type: 'del', space: 'orphan', key },
        ...putBatch(head.seq, prev, { payload, leaf }, head.firstEvent),
      ])
    }
  }

  /** Whether it turned out that the ledger, or the chain, has every statement after all: then nothing is to be declared. */
  async #finish(): Promise<boolean> {
    const { lost, seq, acked } = this.#chain.head
    if (lost?.to === undefined || seq < lost.to || seq !== acked) return false
    // Accepted events that were in no batch may still be gone.
    if (lost.accepted !== 0) return false
    await this.settle()
    return true
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
