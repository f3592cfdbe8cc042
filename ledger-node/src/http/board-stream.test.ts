import { EventEmitter } from 'node:events'
import type { ServerResponse } from 'node:http'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import type { Board } from '../board/board.ts'
import type { BoardState } from '../board/state.ts'
import { BoardStream, MAX_LISTENERS } from './board-stream.ts'

/** A connection whose reader has stopped to read: what is written waits in this process. */
class Stuck extends EventEmitter {
  written: string[] = []
  fate: 'open' | 'ended' | 'destroyed' = 'open'
  /** Whether it reads what comes. */
  readonly #reads: boolean

  constructor(reads: boolean = false) {
    super()
    this.#reads = reads
  }

  write(text: string): boolean {
    this.written.push(text)
    // The head of the answer is small, and goes out.
    return this.#reads || text.startsWith('retry')
  }
  end(): void {
    this.fate = 'ended'
  }
  destroy(): void {
    this.fate = 'destroyed'
    this.emit('close')
  }
  get response(): ServerResponse {
    return this as unknown as ServerResponse
  }
}

let ending: AbortController
let stream: BoardStream

beforeEach(() => {
  vi.useFakeTimers()
  ending = new AbortController()
  const board = { ending: ending.signal, watch: () => () => undefined, state: async () => ({}) as BoardState }
  stream = new BoardStream(board as unknown as Board, () => undefined)
})
afterEach(() => {
  ending.abort()
  vi.useRealTimers()
})

it('keeps one state at most for whoever does not read, and lets 200 such readers go after a minute', async () => {
  const reading = new Stuck(true)
  stream.add(reading.response, 'duty')
  const others = Array.from({ length: 200 }, () => new Stuck())
  const refused = others.filter((one) => {
    try {
      stream.add(one.response, 'duty')
      return false
    } catch (error) {
      expect(error).toMatchObject({ code: 'BOARD_LISTENERS' })
      return true
    }
  })
  expect(refused).toHaveLength(200 - (MAX_LISTENERS - 1))
  await vi.advanceTimersByTimeAsync(30_000)
  const open = others.filter((one) => !refused.includes(one))
  for (const { written } of open) expect(written.filter((text) => text.startsWith('event:')).length).toBe(1)
  expect(reading.written.length).toBeGreaterThan(10)
  await vi.advanceTimersByTimeAsync(60_000)
  expect(open.map(({ fate }) => fate)).toEqual(open.map(() => 'destroyed'))
  expect(reading.fate).toBe('open')
  // Their places are free again.
  expect(() => stream.add(new Stuck(true).response, 'duty')).not.toThrow()
})

it('does not keep the node from ending for whoever does not read', async () => {
  const [reading, stuck] = [new Stuck(true), new Stuck()]
  stream.add(reading.response, 'duty')
  stream.add(stuck.response, 'duty')
  await vi.advanceTimersByTimeAsync(10_000)
  ending.abort()
  expect([reading.fate, stuck.fate]).toEqual(['ended', 'destroyed'])
})

it('ends each line after an hour, so that a token that is good no more keeps no board', async () => {
  const [early, late] = [new Stuck(true), new Stuck(true)]
  stream.add(early.response, 'duty')
  await vi.advanceTimersByTimeAsync(1_800_000)
  stream.add(late.response, 'duty')
  expect(early.fate).toBe('open')
  await vi.advanceTimersByTimeAsync(1_900_000)
  expect([early.fate, late.fate]).toEqual(['ended', 'open'])
  const read = early.written.length
  await vi.advanceTimersByTimeAsync(60_000)
  expect(early.written.length).toBe(read)
  expect(late.written.at(-1)).toMatch(/^(?:event: state|:)/)
})
