import { encodeBatch, SALT_BYTES } from '@tristamp/protocol'
import { expect, test } from 'vitest'
import type { Finding } from './audit/examine.ts'
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

const finding = (n: number, events: number): Finding => ({
  end: Uint8Array.of(n),
  signedBy: new Uint8Array(32).fill(n),
  contents: {
    leaves: new Uint8Array(32 * events),
    ids: new Uint8Array(16 * events),
    counts: new Uint16Array(events),
    subjects: new Uint8Array(0),
  },
  briefs: Array.from({ length: events }, () => ({ type: 'ObjectEvent' as const })),
})

type Answer = readonly (Finding | undefined)[]

/** Threads whose work is done when the test says so. */
class Hand {
  readonly depth: number
  readonly chunks: { numbers: number[]; answer: (answer?: Answer) => Promise<void>; fail: () => Promise<void> }[] = []

  constructor(depth = 2) {
    this.depth = depth
  }

  examine(items: readonly FeedItem[]): Promise<(Finding | undefined)[]> {
    const numbers = items.map(({ bytes }) => bytes[0]!)
    const good = items.map(({ bytes, events }) => finding(bytes[0]!, events.length))
    return new Promise((resolve, reject) => {
      const answer = (answer: Answer = good): Promise<void> => {
        resolve([...answer])
        return new Promise(setImmediate)
      }
      const fail = (): Promise<void> => {
        reject(new Error('ended'))
        return new Promise(setImmediate)
      }
      this.chunks.push({ numbers, answer, fail })
    })
  }
}

function queueOf(hand: Hand | undefined): { queue: IntakeQueue<ReturnType<typeof submission>>; changes: () => number } {
  let changes = 0
  const changed = (): void => {
    changes++
  }
  const queue = new IntakeQueue<ReturnType<typeof submission>>({ examiners: hand, keys: () => new Map(), changed })
  return { queue, changes: () => changes }
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
  await hand.chunks[1]!.answer()
  expect(queue.next()).toBeUndefined()
  await hand.chunks[0]!.answer()
  expect(changes()).toBe(2)
  for (let n = 0; n < 7; n++) expect(took(queue.next())).toEqual([n, `looked at as ${n}`])
  expect(hand.chunks[2]!.numbers).toEqual([7, 8, 9, 10, 11])
  await hand.chunks[2]!.answer()
  for (let n = 7; n < 12; n++) expect(took(queue.next())).toEqual([n, `looked at as ${n}`])
  expect(queue.length).toBe(0)
})

test('what a thread that ended left undone is admitted without it', async () => {
  const hand = new Hand()
  const { queue, changes } = queueOf(hand)
  for (let n = 0; n < 5; n++) queue.push(submission(n))
  await hand.chunks[0]!.fail()
  expect(changes()).toBe(1)
  for (let n = 0; n < 5; n++) expect(took(queue.next())).toEqual([n, 'not looked at'])
})

test('noise keeps its place', async () => {
  const hand = new Hand()
  const { queue } = queueOf(hand)
  for (let n = 0; n < 4; n++) queue.push(n === 1 ? { n, payload: Uint8Array.of(0xff) } : submission(n))
  expect(hand.chunks[0]!.numbers).toEqual([0, 2, 3])
  await hand.chunks[0]!.answer()
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

test('what has not the form of an answer is no answer', async () => {
  const { contents, briefs } = finding(0, 1)
  const wrongs: unknown[] = [
    undefined,
    { signedBy: new Uint8Array(31) },
    { contents: { ...contents, leaves: new Uint8Array(64) } },
    { contents: { ...contents, ids: new Uint8Array(0) } },
    { contents: { ...contents, counts: Uint16Array.of(1) } },
    { contents: { ...contents, subjects: new Uint8Array(32) } },
    { briefs: [] },
    { briefs: [...briefs, ...briefs] },
  ]
  const wrong = wrongs.map((other, n) => (other === undefined ? undefined : { ...finding(n, 1), ...(other as object) }))
  const hand = new Hand()
  const { queue } = queueOf(hand)
  for (let n = 0; n <= wrong.length; n++) queue.push(submission(n))
  // The first chunk began with the first four.
  await hand.chunks[0]!.answer(wrong.slice(0, 4) as Answer)
  await hand.chunks[1]!.answer(wrong.slice(4, 8) as Answer)
  for (let n = 0; n < wrong.length; n++) expect(took(queue.next())).toEqual([n, 'not looked at'])
})

test('an answer that is too short, or about other statements, leaves all to admission', async () => {
  const hand = new Hand()
  const { queue } = queueOf(hand)
  for (let n = 0; n < 4; n++) queue.push(submission(n))
  await hand.chunks[0]!.answer([finding(0, 1)])
  for (let n = 0; n < 4; n++) expect(took(queue.next())).toEqual([n, 'not looked at'])
  for (let n = 4; n < 8; n++) queue.push(submission(n))
  await hand.chunks[1]!.answer([finding(5, 1), finding(4, 1), finding(6, 1), finding(6, 1)])
  const seen = [4, 5, 6, 7].map(() => took(queue.next())?.[1])
  expect(seen).toEqual(['not looked at', 'not looked at', 'looked at as 6', 'not looked at'])
})

test('no more chunks are under way than threads take, and what waits is counted in bytes until it is taken out', async () => {
  const hand = new Hand(2)
  const { queue } = queueOf(hand)
  let bytes = 0
  for (let n = 0; n < 200; n++) {
    const one = submission(n % 256, 20)
    bytes += one.payload.length
    queue.push(one)
  }
  expect(hand.chunks).toHaveLength(2)
  expect(queue.bytes).toBe(bytes)
  for (let at = 0; queue.length > 0; at++) {
    await hand.chunks[at]?.answer()
    for (let next = queue.next(); next !== undefined; next = queue.next()) bytes -= next.submission.payload.length
    expect(queue.bytes).toBe(bytes)
    expect(hand.chunks.length).toBeLessThanOrEqual(at + 3)
  }
  expect(queue.bytes).toBe(0)
})
