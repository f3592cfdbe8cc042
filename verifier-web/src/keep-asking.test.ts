import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { keepAsking, LONGEST_MS, PAUSE_MS } from './keep-asking.ts'

// A page that is hidden and shown, a line that comes and goes, and a clock that is moved.
let page: EventTarget & { hidden: boolean }
let line: { onLine: boolean }
let asked: number
let answer: () => Promise<boolean>
let end: () => void

beforeEach(() => {
  vi.useFakeTimers()
  page = Object.assign(new EventTarget(), { hidden: false })
  line = { onLine: true }
  const events = new EventTarget()
  vi.stubGlobal('document', page)
  vi.stubGlobal('navigator', line)
  vi.stubGlobal('addEventListener', events.addEventListener.bind(events))
  vi.stubGlobal('removeEventListener', events.removeEventListener.bind(events))
  vi.stubGlobal('dispatchEvent', events.dispatchEvent.bind(events))
  asked = 0
  answer = () => Promise.resolve(true)
  end = keepAsking(() => {
    asked++
    return answer()
  })
})
afterEach(() => {
  end()
  vi.useRealTimers()
  vi.unstubAllGlobals()
})

const pass = (ms: number): Promise<unknown> => vi.advanceTimersByTimeAsync(ms)
const look = (hidden: boolean): void => {
  page.hidden = hidden
  page.dispatchEvent(new Event('visibilitychange'))
}
const lineIs = (onLine: boolean): void => {
  line.onLine = onLine
  dispatchEvent(new Event(onLine ? 'online' : 'offline'))
}

describe('keepAsking', () => {
  it('asks now and then, and not before', async () => {
    await pass(PAUSE_MS - 1)
    expect(asked).toBe(0)
    await pass(1)
    expect(asked).toBe(1)
    await pass(5 * PAUSE_MS)
    expect(asked).toBe(6)
  })

  it('asks nothing while nobody sees it, and once when somebody does again, however long that was', async () => {
    look(true)
    await pass(50 * PAUSE_MS)
    expect(asked).toBe(0)
    for (const hidden of [false, true, false, true, false]) look(hidden)
    expect(asked).toBe(1)
    await pass(PAUSE_MS)
    expect(asked).toBe(2)
    // Looked away for a moment.
    for (const hidden of [true, false]) look(hidden)
    expect(asked).toBe(2)
  })

  it('asks nothing without a line, and once when there is one again', async () => {
    lineIs(false)
    await pass(LONGEST_MS - 1)
    expect(asked).toBe(0)
    for (const onLine of [true, false, true]) lineIs(onLine)
    expect(asked).toBe(1)
    await pass(PAUSE_MS)
    expect(asked).toBe(2)
  })

  it('tries where there is no line for an hour, and not sooner again: what was known then is not known now', async () => {
    answer = () => Promise.resolve(false)
    lineIs(false)
    await pass(LONGEST_MS)
    expect(asked).toBe(1)
    await pass(LONGEST_MS - 1)
    expect(asked).toBe(1)
    await pass(3 * LONGEST_MS)
    expect(asked).toBe(4)
    look(true)
    await pass(4 * LONGEST_MS)
    expect(asked).toBe(4)
    look(false)
    expect(asked).toBe(5)
    lineIs(true)
    expect(asked).toBe(5)
  })

  it.each([
    ['says that it could not', () => Promise.resolve(false)],
    ['fails', () => Promise.reject(new Error('a fault'))],
  ])('leaves alone a server for longer each time when asking %s, until it answers', async (_, fails) => {
    const reported = vi.fn()
    vi.stubGlobal('reportError', reported)
    answer = fails
    const times: number[] = []
    for (let minute = 1; minute <= 300; minute++) {
      const before = asked
      await pass(60_000)
      if (asked > before) times.push(minute)
    }
    expect(times).toEqual([10, 30, 70, 130, 190, 250])
    expect(reported.mock.calls.length % times.length).toBe(0)
    answer = () => Promise.resolve(true)
    await pass(LONGEST_MS)
    const before = asked
    await pass(3 * PAUSE_MS)
    expect(asked).toBeGreaterThanOrEqual(before + 3)
  })

  it('asks one at a time, however late the answer', async () => {
    let release = (_: boolean): void => {}
    answer = () =>
      new Promise((resolve) => {
        release = resolve
      })
    await pass(20 * PAUSE_MS)
    for (const hidden of [true, false]) look(hidden)
    expect(asked).toBe(1)
    release(true)
    await pass(PAUSE_MS)
    expect(asked).toBe(2)
  })

  it('ends, also while an answer is on its way', async () => {
    let release = (_: boolean): void => {}
    answer = () =>
      new Promise((resolve) => {
        release = resolve
      })
    await pass(PAUSE_MS)
    end()
    release(true)
    await pass(20 * PAUSE_MS)
    look(false)
    lineIs(true)
    expect(asked).toBe(1)
  })
})
