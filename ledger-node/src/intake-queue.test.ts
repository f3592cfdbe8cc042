import { encodeBatch, SALT_BYTES } from '@tristamp/protocol'
import { expect, test } from 'vitest'
import type { Finding } from './audit/examine.ts'
import type { Examiners } from './audit/examiners.ts'
import type { FeedItem } from './feed.ts'
import { IntakeQueue, type Next } from './intake-queue.ts'

/** The nth batch: its statement is one byte, n. */
const submission = (n: number, events = 1) => {
  const event = { salt: new Uint8Array(SALT_BYTES), event: Uint8Array.of(0x7b, 0x7d) }
  return {
    n,
    payload: encodeBatch(
      Uint8Array.of(n),
      Array.from({ length: events }, () => event),
    ),
  }
}

const finding = (n: number): Finding => ({
  signedBy: Uint8Array.of(n),
  leaves: new Uint8Array(0),
  events: [],
  subjects: [],
})

/** Threads whose work is done when the test says so. */
class Hand {
  readonly depth: number
  readonly chunks: { numbers: number[]; done: (failed?: boolean) => Promise<void> }[] = []

  constructor(depth = 2) {
    this.depth = depth
  }

  examine(items: readonly FeedItem[]): Promise<Finding[]> {
    const numbers = items.map(({ bytes }) => bytes[0]!)
    return new Promise((resolve, reject) => {
      const done = (failed = false): Promise<void> => {
        if (failed) reject(new Error('ended'))
        else resolve(numbers.map(finding))
        return new Promise(setImmediate)
      }
      this.chunks.push({ numbers, done })
    })
  }

  get examiners(): Examiners {
    return this as unknown as Examiners
  }
}

function queueOf(hand: Hand | undefined): { queue: IntakeQueue<ReturnType<typeof submission>>; changes: () => number } {
  let changes = 0
  const changed = (): void => {
    changes++
  }
  return { queue: new IntakeQueue({ examiners: hand?.examiners, keys: () => [], changed }), changes: () => changes }
}

const took = (next: Next<{ n: number }> | undefined) =>
  next && [next.submission.n, next.finding === undefined ? 'not looked at' : `looked at as ${next.finding.signedBy[0]}`]

test('a few batches are not worth another thread', () => {
  const hand = new Hand()
  const { queue } = queueOf(hand)
  for (const n of [1, 2, 3]) queue.push(submission(n))
  expect(hand.chunks).toEqual([])
  expect([1, 2, 3].map(() => took(queue.next())?.[0])).toEqual([1, 2, 3])
  expect(queue.next()).toBeUndefined()
  expect(queue.bytes).toBe(0)
})

test('a backlog is looked at elsewhere, and comes out in its order, whichever chunk is done first', async () => {
  const hand = new Hand()
  const { queue, changes } = queueOf(hand)
  for (let n = 0; n < 4; n++) queue.push(submission(n, 100))
  for (let n = 4; n < 12; n++) queue.push(submission(n))
  expect(hand.chunks.map((c) => c.numbers)).toEqual([
    [0, 1, 2],
    [3, 4, 5, 6],
  ])
  expect(queue.next()).toBeUndefined()
  await hand.chunks[1]!.done()
  expect(queue.next()).toBeUndefined()
  await hand.chunks[0]!.done()
  expect(changes()).toBe(2)
  for (let n = 0; n < 7; n++) expect(took(queue.next())).toEqual([n, `looked at as ${n}`])
  expect(hand.chunks[2]!.numbers).toEqual([7, 8, 9, 10, 11])
  await hand.chunks[2]!.done()
  for (let n = 7; n < 12; n++) expect(took(queue.next())).toEqual([n, `looked at as ${n}`])
  expect(queue.length).toBe(0)
})

test('what a thread that ended left undone is admitted without it', async () => {
  const hand = new Hand()
  const { queue, changes } = queueOf(hand)
  for (let n = 0; n < 5; n++) queue.push(submission(n))
  await hand.chunks[0]!.done(true)
  expect(changes()).toBe(1)
  for (let n = 0; n < 5; n++) expect(took(queue.next())).toEqual([n, 'not looked at'])
})

test('noise keeps its place', async () => {
  const hand = new Hand()
  const { queue } = queueOf(hand)
  for (let n = 0; n < 4; n++) queue.push(n === 1 ? { n, payload: Uint8Array.of(0xff) } : submission(n))
  expect(hand.chunks[0]!.numbers).toEqual([0, 2, 3])
  await hand.chunks[0]!.done()
  expect(took(queue.next())?.[0]).toBe(0)
  expect(queue.next()).toMatchObject({ submission: { n: 1 }, batch: { code: 'BATCH_MALFORMED' } })
  expect(took(queue.next())).toEqual([2, 'looked at as 2'])
})

test('without threads all is left to admission', () => {
  for (const hand of [undefined, new Hand(0)]) {
    const { queue } = queueOf(hand)
    for (let n = 0; n < 50; n++) queue.push(submission(n))
    for (let n = 0; n < 50; n++) expect(took(queue.next())).toEqual([n, 'not looked at'])
  }
})
