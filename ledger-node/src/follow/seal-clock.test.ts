import { encodeSeal } from '@tristamp/protocol'
import { beforeEach, describe, expect, it } from 'vitest'
import { SealClock } from './seal-clock.ts'

const T = Date.parse('2026-11-22T08:00:00.000Z')
const HOUR = 3_600_000
const ZERO = new Uint8Array(32)

const sealAt = (timeMs: number): { bytes: Uint8Array } => ({
  bytes: encodeSeal({
    height: 1,
    previous: ZERO,
    firstEntry: 1,
    entryCount: 1,
    eventCount: 1,
    timeMs,
    historyRoot: ZERO,
  }),
})

describe('the times of a leader’s seals', () => {
  let now: number
  let told: string[]
  let clock: SealClock
  beforeEach(() => {
    now = T
    told = []
    clock = new SealClock(
      () => now,
      (_, text) => told.push(text),
    )
  })

  it('may be as old as they like while this node catches up', () => {
    clock.taken([sealAt(T - 1000 * HOUR), sealAt(T - HOUR)])
    expect(told).toEqual([])
  })

  it('lie after the moment at which nothing was missing here', () => {
    clock.complete(T)
    now += 2000
    clock.taken([sealAt(T + 1000)])
    expect(told).toEqual([])
    clock.taken([sealAt(T - HOUR)])
    expect(told).toEqual([
      'a seal of the leader says 2026-11-22T07:00:00.000Z, and was not shown at 2026-11-22T08:00:00.000Z: it was held back, or one of the two clocks is wrong',
    ])
  })

  it('are each looked at: a block that is backdated is not hidden behind one that is not', () => {
    clock.complete(T)
    clock.taken([sealAt(T - HOUR), { bytes: Uint8Array.of(0xd2) }, sealAt(T)])
    expect(told).toHaveLength(1)
  })

  it('are never later than now', () => {
    clock.taken([sealAt(T + HOUR)])
    expect(told[0]).toContain('was here at 2026-11-22T08:00:00.000Z already')
  })

  it('are told of once, and again after they have agreed', () => {
    for (const time of [T + HOUR, T + HOUR, T, T + HOUR]) clock.taken([sealAt(time)])
    expect(told).toHaveLength(2)
  })
})
