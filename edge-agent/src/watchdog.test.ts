import { afterEach, expect, it, vi } from 'vitest'
import { watchdog } from './watchdog.ts'

afterEach(() => void vi.useRealTimers())

it('tells systemd at half its interval that it lives, and only while it does', () => {
  vi.useFakeTimers()
  const told: string[] = []
  let alive = true
  const env = { NOTIFY_SOCKET: '/run/systemd/notify', WATCHDOG_USEC: '30000000', WATCHDOG_PID: String(process.pid) }
  const dog = watchdog(
    env,
    () => alive,
    (message) => void told.push(message),
  )
  vi.advanceTimersByTime(31_000)
  expect(told).toEqual(['WATCHDOG=1', 'WATCHDOG=1'])
  alive = false
  vi.advanceTimersByTime(60_000)
  expect(told).toHaveLength(2)
  alive = true
  vi.advanceTimersByTime(15_000)
  dog[Symbol.dispose]()
  vi.advanceTimersByTime(60_000)
  expect(told).toHaveLength(3)
})

it.each([
  ['systemd does not watch', {}],
  ['it watches another', { NOTIFY_SOCKET: '/x', WATCHDOG_USEC: '1000000', WATCHDOG_PID: '1' }],
  ['its interval is none', { NOTIFY_SOCKET: '/x', WATCHDOG_USEC: 'soon' }],
])('says nothing where %s', (_, env) => {
  vi.useFakeTimers()
  const told: string[] = []
  watchdog(
    env,
    () => true,
    (message) => void told.push(message),
  )
  vi.advanceTimersByTime(60_000)
  expect(told).toEqual([])
})
