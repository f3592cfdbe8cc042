import { EventEmitter } from 'node:events'
import type { Worker } from 'node:worker_threads'
import { afterEach, expect, test, vi } from 'vitest'
import type { FeedItem } from '../feed.ts'
import { Examiners } from './examiners.ts'
import { packFindings } from './findings.ts'
import type { Task } from './worker.ts'

/** A thread that does what the test says. */
class Hand extends EventEmitter {
  readonly tasks: Task[] = []
  ended = false

  postMessage(task: Task): void {
    this.tasks.push(task)
  }

  answer(task: number): void {
    this.emit('message', { id: this.tasks[task]!.id, findings: packFindings([undefined]) })
  }

  terminate(): Promise<number> {
    this.ended = true
    this.emit('exit', 1)
    return Promise.resolve(1)
  }
}

const item: FeedItem = { bytes: Uint8Array.of(1), events: [{ salt: new Uint8Array(16), event: Uint8Array.of(2) }] }
const keysOf = (...kids: string[]) => new Map(kids.map((kid) => [kid, { publicKey: new Uint8Array(32) }]))
const none = keysOf()

function examinersOf(count: number, lateMs?: number): { examiners: Examiners; hands: Hand[] } {
  const hands: Hand[] = []
  const start = (): Worker => {
    const hand = new Hand()
    hands.push(hand)
    return hand as unknown as Worker
  }
  return { examiners: new Examiners(count, { start, ...(lateMs !== undefined && { lateMs }) }), hands }
}

afterEach(() => {
  vi.useRealTimers()
})

test('a thread that ends answers no more; the others go on, and after a while there is another', async () => {
  vi.useFakeTimers({ toFake: ['performance'] })
  const { examiners, hands } = examinersOf(2)
  const [first, second] = [examiners.examine([item], none), examiners.examine([item], none)]
  await vi.waitFor(() => expect(hands.map(({ tasks }) => tasks.length)).toEqual([1, 1]), 60_000)
  hands[0]!.emit('error', new Error('out of memory'))
  hands[0]!.emit('exit', 1)
  await expect(first).rejects.toThrow('out of memory')
  hands[1]!.answer(0)
  expect(await second).toEqual([undefined])

  expect(examiners.depth).toBe(2)
  const third = examiners.examine([item], none)
  hands[1]!.answer(1)
  await third
  expect(hands).toHaveLength(2)

  vi.advanceTimersByTime(10_000)
  expect(examiners.depth).toBe(4)
  const fourth = examiners.examine([item], none)
  expect(hands).toHaveLength(3)
  ;(hands[2]!.tasks.length > 0 ? hands[2]! : hands[1]!).emit('message', { id: 3, findings: packFindings([undefined]) })
  await fourth
})

test('when all have ended, nothing is left to wait for', async () => {
  const { examiners, hands } = examinersOf(1)
  const lost = examiners.examine([item], none)
  hands[0]!.emit('exit', 1)
  await expect(lost).rejects.toThrow('ended')
  expect(examiners.depth).toBe(0)
  await expect(examiners.examine([item], none)).rejects.toThrow('no thread')
})

test('a thread that is late is ended, and its answer is nobody’s any more', async () => {
  const { examiners, hands } = examinersOf(1, 20)
  const late = examiners.examine([item], none)
  const behind = examiners.examine([item], none)
  await expect(late).rejects.toThrow('20 ms')
  await expect(behind).rejects.toThrow('20 ms')
  expect(hands[0]!.ended).toBe(true)
  hands[0]!.answer(0)
  await examiners.close()
})

test('an answer to nothing that was asked, and closing with chunks under way, do no harm', async () => {
  const { examiners, hands } = examinersOf(1)
  const open = examiners.examine([item], none)
  hands[0]!.emit('message', { id: 77, findings: packFindings([]) })
  const ended = expect(open).rejects.toThrow('ended')
  await examiners.close()
  await ended
  await expect(examiners.examine([item], none)).rejects.toThrow('no thread')
})

test('each thread is told of each key once', async () => {
  const { examiners, hands } = examinersOf(1)
  const asked = [
    examiners.examine([item], keysOf('a', 'b')),
    examiners.examine([item], keysOf('a', 'b', 'c')),
    examiners.examine([item], keysOf('a', 'b', 'c')),
  ]
  expect(hands[0]!.tasks.map(({ keys }) => keys.map(([kid]) => kid))).toEqual([['a', 'b'], ['c'], []])
  for (const i of asked.keys()) hands[0]!.answer(i)
  await Promise.all(asked)
})
