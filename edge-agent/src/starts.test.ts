import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, expect, it, vi } from 'vitest'
import { Starts } from './starts.ts'

const folder = mkdtempSync(join(tmpdir(), 'tristamp-starts-'))
const outbox = join(folder, 'outbox')
afterEach(() => {
  vi.useRealTimers()
  rmSync(`${outbox}.starts`, { force: true })
})

it('suspects after three starts in a row that did not last', () => {
  vi.useFakeTimers()
  expect([0, 1, 2, 3].map(() => new Starts(outbox).suspicious)).toEqual([false, false, false, true])
  // Each of them is still counting on its own: none has lasted.
  vi.clearAllTimers()
  expect(new Starts(outbox).suspicious).toBe(true)
  vi.advanceTimersByTime(60_000)
  expect(existsSync(`${outbox}.starts`)).toBe(false)
  expect(new Starts(outbox).suspicious).toBe(false)
})

it('counts no start that was stopped as it should be, and begins anew where its file is rubbish', () => {
  for (let i = 0; i < 9; i++) {
    const starts = new Starts(outbox)
    expect(starts.suspicious).toBe(false)
    starts.lasted()
  }
  writeFileSync(`${outbox}.starts`, 'x')
  expect(new Starts(outbox).suspicious).toBe(false)
})
