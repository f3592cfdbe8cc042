import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { BOOT, START, World } from './_clock.ts'
import { Clock, zoneOffset } from './clock.ts'
import { ClockMemory } from './clock-memory.ts'
import type { SystemTime } from './clock-source.ts'
import type { ClockConfig } from './config-types.ts'

const GNSS: ClockConfig = { source: 'gnss', device: 'g', maxErrorMs: 2000, almanacMs: 780_000 }
const CHRONY: ClockConfig = { source: 'chrony', maxErrorMs: 2000 }
const HOUR = 3_600_000

function fix(clock: Clock, world: World, errorMs = 0): boolean {
  return clock.discipline(world.utcMs + errorMs, world.monotonicMs())
}
/** What chrony or another would say now. */
function asked(world: World, errorMs = 50, source: 'ntp' | 'rtc' = 'ntp', slewMs = 0): SystemTime {
  const atMs = world.monotonicMs()
  return { source, errorMs, slewMs, atMs, offsetMs: world.wallMs() - atMs }
}

describe('a clock that a receiver sets', () => {
  it('is in doubt until the first fix, then runs on the count', () => {
    const world = new World()
    const clock = new Clock(GNSS, world)
    world.wallErrorMs = -40 * 86_400_000 // what fake-hwclock makes of it
    expect(clock.now()).toMatchObject({ ms: world.wallMs(), source: 'none', uncertaintyMs: 31_536_000_000 })
    fix(clock, world)
    world.pass(1000)
    world.wallErrorMs = 7 // a step of the system's clock changes nothing
    expect(clock.now()).toEqual({
      ms: world.utcMs,
      source: 'gnss',
      uncertaintyMs: 201,
      bootId: BOOT,
      monotonicMs: world.t,
    })
    expect(clock.takeFaults()).toEqual([])
  })

  it('doubts itself by what the last fix showed, and more with age', () => {
    const world = new World()
    const clock = new Clock(GNSS, world)
    fix(clock, world)
    world.pass(1000)
    fix(clock, world, 30)
    expect(clock.now().uncertaintyMs).toBe(230)
    world.pass(HOUR)
    expect(clock.now().uncertaintyMs).toBe(230 + 180)
  })

  it('places moments from before the fix by the count, and no others', () => {
    const world = new World()
    const clock = new Clock(GNSS, world)
    const early = clock.now()
    const then = world.utcMs
    world.pass(500)
    world.wallErrorMs = 1e9
    expect(clock.place(early)).toBe(early.ms)
    fix(clock, world)
    expect(clock.place(early)).toBe(then)
    expect(clock.place({ ...early, bootId: 'another', ms: 5 })).toBe(5)
    expect(clock.place({ ...early, source: 'rtc', ms: 5 })).toBe(5)
  })

  it.each([
    ['a week counter that began anew', START - 1024 * 7 * 86_400_000],
    ['the year 1970', 0],
    ['the other side of a rollover', START + 1024 * 7 * 86_400_000],
  ])('does not take %s', (_, utcMs) => {
    const world = new World()
    const clock = new Clock(GNSS, world)
    expect(clock.discipline(utcMs, world.monotonicMs())).toBe(false)
    expect(clock.now().source).toBe('none')
  })

  it('allows for the leap seconds that a receiver without power before may not know', () => {
    const world = new World()
    const clock = new Clock(GNSS, world)
    clock.noFix()
    fix(clock, world, 18_000)
    expect(clock.now().uncertaintyMs).toBe(18_200)
    world.pass(700_000)
    fix(clock, world) // the almanac is here, and the time jumps back
    world.pass(1000)
    fix(clock, world)
    expect(clock.now().uncertaintyMs).toBe(18_200)
    world.pass(100_000)
    fix(clock, world)
    expect(clock.now().uncertaintyMs).toBe(200)
    expect(clock.takeFaults()).toEqual([])
  })

  it('believes a receiver that was fixed when it came, unless the machine has just been started too', () => {
    const world = new World()
    world.t = 60_000
    const clock = new Clock(GNSS, world)
    fix(clock, world)
    expect(clock.now().uncertaintyMs).toBe(18_200)
  })

  it('takes one wild fix for noise and two that agree for a step, which is a fault', () => {
    const world = new World()
    const clock = new Clock(GNSS, world)
    fix(clock, world)
    world.pass(1000)
    fix(clock, world, 5000)
    expect(clock.now().ms).toBe(world.utcMs)
    world.pass(1000)
    fix(clock, world)
    expect(clock.takeFaults()).toEqual([])
    for (let i = 0; i < 2; i++) {
      world.pass(1000)
      fix(clock, world, -60_000)
    }
    expect(clock.takeFaults()).toEqual([{ fault: 'step', deltaMs: -60_000 }])
    expect(clock.now().ms).toBe(world.utcMs - 60_000)
  })

  it('tells a count that runs away from one that was stepped', () => {
    const world = new World()
    world.ppm = 300
    const clock = new Clock(GNSS, world)
    fix(clock, world)
    world.pass(HOUR)
    fix(clock, world)
    world.pass(1000)
    fix(clock, world)
    expect(clock.takeFaults()).toEqual([{ fault: 'drift', deltaMs: expect.any(Number) }])
  })

  it('never claims more than it knows, whatever fixes are lost', () => {
    const steps = fc.array(
      fc.record({
        ms: fc.integer({ min: 1, max: 20 * HOUR }),
        fixed: fc.boolean(),
        late: fc.integer({ min: 0, max: 150 }),
      }),
      { maxLength: 40 },
    )
    fc.assert(
      fc.property(steps, fc.integer({ min: -49, max: 49 }), (path, ppm) => {
        const world = new World()
        world.ppm = ppm
        const clock = new Clock(GNSS, world)
        for (const { ms, fixed, late } of path) {
          world.pass(ms)
          if (fixed) fix(clock, world, -late)
          const now = clock.now()
          if (now.source === 'none') continue
          expect(Math.abs(now.ms - world.utcMs)).toBeLessThanOrEqual(now.uncertaintyMs + 1)
        }
        expect(clock.takeFaults()).toEqual([])
      }),
    )
  })

  it('goes on after a restart of the program in the same boot, and not in another', () => {
    const path = join(mkdtempSync(join(tmpdir(), 'tristamp-clock-')), 'clock.json')
    const world = new World()
    const memory = new ClockMemory(BOOT, path)
    fix(new Clock(GNSS, world, memory), world)
    memory.tick(1)
    world.pass(HOUR)
    expect(new Clock(GNSS, world, new ClockMemory(BOOT, path)).now()).toMatchObject({
      ms: world.utcMs,
      source: 'gnss',
      uncertaintyMs: 380,
    })
    expect(new Clock(GNSS, world, new ClockMemory('another', path)).now().source).toBe('none')
  })
})

describe('a clock that the system sets', () => {
  it('is nothing until its source has been asked, however right it looks', () => {
    const world = new World()
    const clock = new Clock(CHRONY, world)
    expect(clock.now()).toMatchObject({ ms: world.wallMs(), source: 'none' })
    clock.follow(undefined)
    expect(clock.now().source).toBe('none')
    clock.follow(asked(world))
    expect(clock.now()).toMatchObject({ ms: world.wallMs(), source: 'ntp', uncertaintyMs: 50 })
  })

  it('grows older when nobody answers, and stays better than a battery', () => {
    const world = new World()
    const clock = new Clock(CHRONY, world)
    clock.follow(asked(world))
    world.pass(10 * HOUR)
    clock.follow(undefined)
    clock.follow(asked(world, 120_000, 'rtc'))
    expect(clock.now()).toMatchObject({ source: 'ntp', uncertaintyMs: 50 + 1800 })
  })

  it('is nothing again from the moment somebody steps it, and a fault when its source agrees to that', () => {
    const world = new World()
    const clock = new Clock(CHRONY, world)
    clock.follow(asked(world))
    world.pass(1000)
    world.wallErrorMs = -HOUR
    expect(clock.now()).toMatchObject({ ms: world.wallMs(), source: 'none' })
    clock.follow(asked(world))
    expect(clock.now().source).toBe('ntp')
    expect(clock.takeFaults()).toEqual([{ fault: 'step', deltaMs: -HOUR }])
  })

  it('may be set within its own doubt without a fault', () => {
    const world = new World()
    const clock = new Clock(CHRONY, world)
    world.wallErrorMs = 90_000
    clock.follow(asked(world, 120_000, 'rtc'))
    world.wallErrorMs = 0
    clock.follow(asked(world))
    expect(clock.takeFaults()).toEqual([])
    expect(clock.now().uncertaintyMs).toBe(50)
  })

  it('remembers what was slewed: the count ran wrong with it', () => {
    const world = new World()
    const clock = new Clock(CHRONY, world)
    clock.follow(asked(world, 900, 'ntp', 800))
    clock.follow(asked(world, 20, 'ntp', 1))
    expect(clock.slewMs).toBe(800)
  })
})

describe('what a stamp says of the ledger', () => {
  it('is the last entry that was acknowledged, in doubt only, and over boots', () => {
    const path = join(mkdtempSync(join(tmpdir(), 'tristamp-clock-')), 'clock.json')
    const world = new World()
    const memory = new ClockMemory(BOOT, path)
    const clock = new Clock(GNSS, world, memory)
    expect('after' in clock.now()).toBe(false)
    memory.acknowledged(41)
    memory.acknowledged(7)
    expect(clock.now().after).toBe(41)
    fix(clock, world)
    expect('after' in clock.now()).toBe(false)
    memory.tick(0)
    expect(new Clock(GNSS, world, new ClockMemory('another', path)).now().after).toBe(41)
  })

  it.each([
    '',
    'null',
    '[]',
    '{"bootId":1}',
    `{"bootId":"${BOOT}","doubtful":true,"anchors":-1}`,
    `{"bootId":"${BOOT}","doubtful":false,"anchors":0,"base":{"utcMs":"x"}}`,
  ])('is forgotten where the file is odd: %s', (text) => {
    const path = join(mkdtempSync(join(tmpdir(), 'tristamp-clock-')), 'clock.json')
    writeFileSync(path, text)
    const memory = new ClockMemory(BOOT, path)
    expect([memory.entry, memory.base, memory.doubtful]).toEqual([undefined, undefined, false])
  })
})

describe('this machine', () => {
  it('has a boot and a count', () => {
    const now = new Clock({ source: 'system', maxErrorMs: 2000 }).now()
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
