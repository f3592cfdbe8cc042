import { describe, expect, it } from 'vitest'
import { Clock, type ClockSources, zoneOffset } from './clock.ts'

const BOOT = '11111111-2222-4333-8444-555555555555'

function fake(ntp = false): ClockSources & { mono: number; wall: number } {
  return {
    mono: 0,
    wall: 1_000_000,
    bootId: BOOT,
    monotonicMs() {
      return this.mono
    },
    wallMs() {
      return this.wall
    },
    ntpSynchronized: () => ntp,
  }
}

describe('Clock', () => {
  it('is in doubt until the first fix, then runs on the monotonic count', () => {
    const sources = fake()
    const clock = new Clock({ source: 'gnss', device: 'g' }, sources)
    expect(clock.now()).toMatchObject({ ms: 1_000_000, source: 'none' })
    clock.discipline(50_000_000, 100)
    sources.mono = 1100
    sources.wall = 7 // a step of the system's clock changes nothing
    expect(clock.now()).toEqual({ ms: 50_001_000, source: 'gnss', uncertaintyMs: 201, bootId: BOOT, monotonicMs: 1100 })
  })

  it('doubts itself by what the last fix showed, and more with age', () => {
    const sources = fake()
    const clock = new Clock({ source: 'gnss', device: 'g' }, sources)
    clock.discipline(50_000_000, 0)
    clock.discipline(50_001_030, 1000)
    sources.mono = 1000
    expect(clock.now().uncertaintyMs).toBe(230)
    sources.mono = 3_601_000
    expect(clock.now().uncertaintyMs).toBe(230 + 180)
  })

  it('places moments from before the fix by the monotonic count, and no others', () => {
    const sources = fake()
    const clock = new Clock({ source: 'gnss', device: 'g' }, sources)
    const early = clock.now()
    sources.mono = 500
    expect(clock.place(early)).toBe(early.ms)
    clock.discipline(50_000_500, 500)
    expect(clock.place(early)).toBe(50_000_000)
    expect(clock.place({ ...early, bootId: 'another' })).toBe(early.ms)
    expect(clock.place({ ...early, source: 'rtc' })).toBe(early.ms)
  })

  it('says whether NTP has set the system’s clock', () => {
    expect(new Clock({ source: 'system' }, fake(true)).now()).toMatchObject({ source: 'ntp', uncertaintyMs: 500 })
    expect(new Clock({ source: 'system' }, fake()).now()).toMatchObject({ source: 'rtc' })
  })

  it('has a boot and a count of this machine', () => {
    const now = new Clock({ source: 'system' }).now()
    expect(now.bootId).toMatch(/^[0-9a-f-]{36}$/)
    expect(Number.isSafeInteger(now.monotonicMs)).toBe(true)
  })
})

describe('zoneOffset', () => {
  it.each([
    ['Asia/Shanghai', Date.UTC(2026, 6, 1), '+08:00'],
    ['UTC', 0, '+00:00'],
    ['America/St_Johns', Date.UTC(2026, 0, 1), '-03:30'],
    ['Europe/Paris', Date.UTC(2026, 6, 1), '+02:00'],
  ])('%s', (zone, ms, offset) => {
    expect(zoneOffset(ms, zone)).toBe(offset)
  })
})
