import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { World } from './_clock.ts'
import { parseTracking } from './clock-chrony.ts'
import { askSystem, type Machine } from './clock-system.ts'

// `chronyc -c tracking` of chrony 4.3, made up in its form.
const GOOD =
  'CA760151,202.118.1.81,3,1795334400.123456789,-0.000412345,0.000111,0.000222,-12.345,0.001,0.123,0.034000000,0.001500000,64.4,Normal\n'
const NEVER =
  '00000000,,0,0.000000000,0.000000000,0.000000000,0.000000000,0.000,0.000,0.000,1.000000000,1.000000000,0.0,Not synchronised\n'
const LOCAL = '7F7F0101,,10,1795334400.0,0.000000000,0.0,0.0,0.000,0.000,0.000,0.000000000,0.000000000,0.0,Normal\n'

describe('parseTracking', () => {
  it('adds up offset, dispersion and half the delay', () => {
    // 0.412345 + 1.5 + 17 ms, rounded up.
    expect(parseTracking(GOOD)).toEqual({ errorMs: 19, slewMs: 1 })
    expect(parseTracking(GOOD.replace('Normal', 'Insert second'))).toEqual({ errorMs: 19, slewMs: 1 })
  })

  it.each([
    ['never synchronised', NEVER],
    ['its own clock given out as a reference', LOCAL],
    ['synchronised no more', GOOD.replace('Normal', 'Not synchronised')],
    ['no stratum', GOOD.replace(',3,', ',16,')],
    ['a field less', GOOD.replace(',64.4', '')],
    ['a field more', GOOD.replace('Normal', '1,Normal')],
    ['no number', GOOD.replace('0.034000000', 'nan')],
    ['a number that is too long', GOOD.replace('0.034000000', '0'.repeat(400))],
    ['a negative delay', GOOD.replace('0.034000000', '-0.034')],
    ['two answers', GOOD + GOOD],
    ['an error', '506 Cannot talk to daemon\n'],
    ['nothing', ''],
  ])('gives nothing for %s', (_, text) => {
    expect(parseTracking(text)).toBeUndefined()
  })
})

it('parseTracking gives a bound or nothing, whatever it is fed', () => {
  const changed = fc
    .tuple(fc.integer({ min: 0, max: GOOD.length }), fc.string({ maxLength: 12 }), fc.nat(12))
    .map(([at, text, gone]) => GOOD.slice(0, at) + text + GOOD.slice(at + gone))
  fc.assert(
    fc.property(fc.oneof(changed, fc.string()), (text) => {
      const tracking = parseTracking(text)
      if (tracking === undefined) return
      expect(Number.isSafeInteger(tracking.errorMs)).toBe(true)
      expect(tracking.errorMs).toBeGreaterThanOrEqual(tracking.slewMs - 1)
    }),
  )
})

describe('askSystem', () => {
  const world = new World()
  const machine = (parts: Partial<Machine>): Machine => ({
    run: async () => undefined,
    read: () => undefined,
    modifiedMs: () => undefined,
    ...parts,
  })
  const at = { atMs: world.t, offsetMs: world.utcMs - world.t }
  const rtc = (seconds: number, hctosys = '1\n'): Partial<Machine> => ({
    read: (path) => (path.endsWith('hctosys') ? hctosys : `${seconds}\n`),
  })
  const now = Math.round(world.utcMs / 1000)

  it('takes chrony at its word', async () => {
    const run = async (command: string): Promise<string | undefined> => (command === 'chronyc' ? GOOD : 'yes')
    expect(await askSystem('chrony', world, machine({ run }))).toEqual({ source: 'ntp', errorMs: 19, slewMs: 1, ...at })
  })

  it('asks systemd-timesyncd’s file for its age, else the kernel', async () => {
    const modifiedMs = (): number => world.utcMs - 3_600_000
    expect(await askSystem('system', world, machine({ modifiedMs }))).toMatchObject({ source: 'ntp', errorMs: 680 })
    const run = async (command: string): Promise<string | undefined> =>
      command === 'timedatectl' ? 'yes\n' : undefined
    expect(await askSystem('system', world, machine({ run }))).toMatchObject({ source: 'ntp', errorMs: 603 })
    expect(await askSystem('system', world, machine({ run: async () => 'no\n' }))).toBeUndefined()
  })

  it('is not taken in by a clock that starts at its last shutdown', async () => {
    expect(await askSystem('system', world, machine({}))).toBeUndefined()
    // A battery clock that is not there, empty, or of another opinion, or that the kernel did not begin with.
    expect(await askSystem('chrony', world, machine(rtc(1000)))).toBeUndefined()
    expect(await askSystem('chrony', world, machine(rtc(now - 86_400)))).toBeUndefined()
    expect(await askSystem('chrony', world, machine(rtc(now, '0\n')))).toBeUndefined()
    expect(await askSystem('chrony', world, machine(rtc(now)))).toEqual({
      source: 'rtc',
      errorMs: 120_000,
      slewMs: 0,
      ...at,
    })
  })

  it('takes no word for a time before this program was made', async () => {
    const early = new World()
    early.wallErrorMs = -400 * 86_400_000
    expect(await askSystem('chrony', early, machine({ run: async () => GOOD }))).toBeUndefined()
  })
})
