import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { lengthM } from '../world/route.ts'
import { parseDuration } from './duration.ts'
import { parseScenario, ScenarioError } from './load.ts'
import { parseStart } from './start-time.ts'

const SMALL = `
scenario: small
zone: "+08:00"
start: -2h
vars: { lot: "B\${yymmdd+1}", code: "(01)09506000134352(10)\${lot}" }
places: { farm: { lat: 30, lon: 109, name: { zh: 场, en: Farm } } }
instruments:
  a.thermo: { kind: modbus-th, air: { celsius: 2 } }
  a.scanner: { kind: scanner }
  a.gnss: { kind: nmea, place: farm }
steps:
  - { at: 30m, over: 1s, scan: { scanner: a.scanner, codes: ["\${code}"] } }
`
const NOW = Date.UTC(2026, 10, 22, 12)

function problemsOf(text: string, options: Parameters<typeof parseScenario>[1] = {}): readonly string[] {
  try {
    parseScenario(text, options)
  } catch (error) {
    if (error instanceof ScenarioError) return error.problems
    throw error
  }
  return []
}

it('reads a scenario, with its variables put in and durations in milliseconds', () => {
  const scenario = parseScenario(SMALL, { nowMs: NOW })
  expect(scenario.startMs).toBe(NOW - 2 * 3_600_000)
  expect(scenario.vars).toEqual({ lot: 'B261123', code: '(01)09506000134352(10)B261123' })
  expect(scenario.steps[0]).toMatchObject({
    at: 1_800_000,
    over: 1000,
    scan: [{ codes: ['(01)09506000134352(10)B261123'] }],
  })
  expect(parseScenario(SMALL, { nowMs: NOW, vars: { lot: 'X' } }).vars['code']).toBe('(01)09506000134352(10)X')
})

it('lists all errors of form at once', () => {
  const text = SMALL.replace('start: -2h', 'start: yesterday')
    .replace('zone: "+08:00"', 'zone: Shanghai')
    .replace('celsius: 2', 'celsius: warm')
    .replace('over: 1s', 'over: 1 second')
    .replace('lat: 30', 'lat: 300')
  expect(problemsOf(text).map((problem) => problem.split(':')[0])).toEqual(
    expect.arrayContaining(['zone', 'start', 'places.farm.lat', 'instruments.a.thermo.air.celsius', 'steps.0.over']),
  )
})

it('lists all names that mean nothing and all that cannot be done at once', () => {
  const text = `${SMALL.replace('place: farm', 'place: moon, rate: 10')}
  - { at: 1m, scan: { scanner: a.gnss, codes: [x] }, fault: [{ instrument: a.gnss, kind: bad-crc }, { instrument: b, kind: silence }] }
  - { advance: 1m, at: 2h, temperature: { thermo: nobody, to: 3 }, move: { gnss: a.gnss, to: mars, over: 1h } }
`
  expect(problemsOf(text, { vars: { colour: 'red' } })).toEqual([
    'vars: the scenario has no variable colour',
    'instruments.a.gnss.place: there is no place moon',
    'instruments.a.gnss.rate: 10 fixes a second do not fit on a line of 9600 baud',
    'steps.1.scan.0.scanner: a.gnss is of kind nmea, which reads no codes',
    expect.stringMatching(/^steps\.1\.fault\.0\.kind: a\.gnss \(nmea\) cannot have bad-crc; it can have unplug, /),
    'steps.1.fault.1.instrument: there is no instrument b',
    'steps.1.at: it lies before the step ahead of it',
    'steps.2.move.0.to: there is no place mars',
    'steps.2.temperature.0.thermo: there is no instrument nobody',
    'steps.2: either at or advance, not both',
  ])
  expect(problemsOf('a: [')).not.toEqual([])
  expect(problemsOf('[]')).not.toEqual([])
  expect(problemsOf(SMALL.replace('{code}', '{cod}'))).toEqual(['steps.0.scan.codes.0: there is no variable cod'])
})

it('starts at a time of day of its zone', () => {
  const start = (text: string): string => new Date(parseStart(text, 480, NOW) ?? 0).toISOString()
  expect(start('-70h at 14:00')).toBe('2026-11-19T06:00:00.000Z')
  expect(start('-1h at 19:30')).toBe('2026-11-21T11:30:00.000Z')
  expect(start('-1h at 19:00')).toBe('2026-11-22T11:00:00.000Z')
  expect(start('2026-11-19T15:20+08:00')).toBe('2026-11-19T07:20:00.000Z')
  expect(parseStart('-1h at 25:00', 480, NOW)).toBeUndefined()
  expect(parseDuration('18h20m')).toBe(66_000_000)
  expect(parseDuration('1.5s')).toBe(1500)
  expect(parseDuration('soon')).toBeUndefined()
})

it.each(['short', 'pork', 'truck'])('comes with the scenario %s, which can be played', (name) => {
  const text = readFileSync(new URL(`../../scenarios/${name}.yaml`, import.meta.url), 'utf8')
  const scenario = parseScenario(text)
  expect(scenario.startMs).toBeLessThan(Date.now())
  const last = Math.max(...scenario.steps.map((step) => step.at ?? 0))
  expect(scenario.startMs + last).toBeLessThan(Date.now())
})

it('lets the truck of the demonstration drive some 1,100 km', () => {
  const { places, steps } = parseScenario(readFileSync(new URL('../../scenarios/pork.yaml', import.meta.url), 'utf8'))
  const drive = steps.flatMap((step) => step.move).find((move) => move.to === 'wholesaler')
  const line = [places['plant'], ...(drive?.via ?? []), places['wholesaler']].filter((point) => point !== undefined)
  expect(lengthM(line) / 1000).toBeGreaterThan(1050)
  expect(lengthM(line) / 1000).toBeLessThan(1150)
})
