import type { Report } from '@tristamp/protocol'
import { beforeEach, describe, expect, it } from 'vitest'
import { BOOT, World } from './_clock.ts'
import { Clock, type Moment } from './clock.ts'
import { ClockMemory } from './clock-memory.ts'
import { ClockWatch } from './clock-watch.ts'

describe('ClockWatch', () => {
  let world: World
  let memory: ClockMemory
  let clock: Clock
  let watch: ClockWatch
  let reports: [Report, Moment][]
  let refuse: boolean
  let problems: unknown[]
  const kinds = (): string[] => reports.map(([report]) => ('fault' in report ? report.fault : report.kind))
  const fix = (errorMs = 0): void => void clock.discipline(world.utcMs + errorMs, world.monotonicMs())

  beforeEach(() => {
    world = new World()
    memory = new ClockMemory(BOOT)
    clock = new Clock({ source: 'gnss', device: 'g', maxErrorMs: 2000, almanacMs: 780_000 }, world, memory)
    reports = []
    problems = []
    refuse = false
    watch = new ClockWatch({
      clock,
      memory,
      maxErrorMs: 2000,
      report: async (report, moment) => {
        if (refuse) throw new Error('full')
        reports.push([report, moment])
      },
      info: () => undefined,
      problem: (thrown) => problems.push(thrown),
    })
  })

  it('signs an anchor when the clock becomes good after something was stamped in doubt', async () => {
    watch.stamped(clock.now())
    await watch.look()
    expect(reports).toEqual([])
    world.pass(60_000)
    fix()
    await watch.look()
    await watch.look()
    expect(reports).toEqual([[{ kind: 'anchor' }, clock.now()]])
  })

  it('signs none where nothing was in doubt', async () => {
    fix()
    watch.stamped(clock.now())
    await watch.look()
    expect(reports).toEqual([])
  })

  it('signs a better one when the doubt has shrunk much', async () => {
    watch.stamped(clock.now())
    clock.noFix()
    fix()
    await watch.look()
    world.pass(800_000)
    fix()
    await watch.look()
    await watch.look()
    expect(reports.map(([, { uncertaintyMs }]) => uncertaintyMs)).toEqual([18_200, 200])
  })

  it('tries again where the outbox was full', async () => {
    watch.stamped(clock.now())
    fix()
    refuse = true
    await watch.look()
    expect(problems).toHaveLength(1)
    refuse = false
    await watch.look()
    expect(kinds()).toEqual(['anchor'])
  })

  it('reports a step, and a clock that is lost, each once in a while', async () => {
    fix()
    await watch.look()
    for (let i = 0; i < 2; i++) {
      world.pass(1000)
      fix(90_000)
    }
    await watch.look()
    expect(reports[0]?.[0]).toEqual({ kind: 'clock-fault', fault: 'step', deltaMs: 90_000 })
    for (let i = 0; i < 2; i++) {
      world.pass(1000)
      fix()
    }
    await watch.look()
    expect(kinds()).toEqual(['step'])
    world.pass(12 * 3_600_000)
    await watch.look()
    await watch.look()
    expect(kinds()).toEqual(['step', 'lost'])
  })

  it('asks the system, at once again when it was stepped', async () => {
    let asked = 0
    const abort = new AbortController()
    const system = new Clock({ source: 'chrony', maxErrorMs: 2000 }, world, memory)
    const ask = async () => {
      asked++
      if (asked === 2) abort.abort()
      const atMs = world.monotonicMs()
      const offsetMs = world.wallMs() - atMs
      world.wallErrorMs += 1e6
      return { source: 'ntp' as const, errorMs: 10, slewMs: 0, atMs, offsetMs }
    }
    const services = { clock: system, memory, maxErrorMs: 2000, ask, info: () => undefined, problem: () => undefined }
    await new ClockWatch({ ...services, report: async (report, moment) => void reports.push([report, moment]) }).run(
      abort.signal,
    )
    expect(asked).toBe(2)
    expect(kinds()).toEqual(['step'])
  })
})
