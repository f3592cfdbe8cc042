import * as v from 'valibot'
import { parseLabel } from '../device/label.ts'
import { DEVICE_FAULTS, LINE_FAULTS } from '../fault.ts'
import { parseDuration } from './duration.ts'
import type { Scenario } from './scenario.ts'

/** Bounds that keep a mistyped scenario from asking for the impossible. */
const MAX_INSTRUMENTS = 64
const MAX_STEPS = 500
const MAX_REPEAT = 100_000

/** Names become file names and topic parts. */
const id = v.pipe(
  v.string(),
  v.regex(/^[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+)*$/, 'letters, digits, _ and -, parts joined by dots'),
  v.maxLength(64),
)

const duration = v.pipe(
  v.string(),
  v.rawTransform(({ dataset, addIssue, NEVER }) => {
    const ms = parseDuration(dataset.value)
    if (ms !== undefined) return ms
    addIssue({ message: 'a duration is written like 18h20m, 1.5s or 250ms' })
    return NEVER
  }),
)

/** A number, also as text: a variable is put in as text. */
const number = v.pipe(
  v.union([v.number(), v.pipe(v.string(), v.regex(/^-?\d+(\.\d+)?$/, 'a number'), v.transform(Number))], 'a number'),
  v.finite(),
)
const count = (most: number) => v.pipe(number, v.integer(), v.minValue(1), v.maxValue(most))
const between = (least: number, most: number) => v.pipe(number, v.minValue(least), v.maxValue(most))
const oneOrMore = <const S extends v.GenericSchema>(schema: S) =>
  v.pipe(
    v.union([v.array(schema), schema]),
    v.transform((value) => (Array.isArray(value) ? value : [value]) as v.InferOutput<S>[]),
  )

const words = v.strictObject({ zh: v.string(), en: v.string() })
const point = { lat: between(-90, 90), lon: between(-180, 180) }
const baudRate = v.pipe(
  number,
  v.picklist([1200, 2400, 4800, 9600, 14_400, 19_200, 38_400, 57_600, 115_200], 'a usual baud rate, 1200 to 115200'),
)

const air = v.strictObject({
  celsius: between(-40, 80),
  humidity: v.optional(between(0, 100), 60),
  swing: v.optional(between(0, 20), 0),
  cycle: v.optional(duration, '25m'),
  noise: v.optional(between(0, 20), 0.05),
})

const instrument = v.variant('kind', [
  v.strictObject({
    kind: v.literal('modbus-th'),
    baudRate: v.optional(baudRate, 9600),
    unit: v.optional(v.pipe(number, v.integer(), v.minValue(1), v.maxValue(247)), 1),
    echo: v.optional(v.boolean(), false),
    air,
  }),
  v.strictObject({
    kind: v.literal('scanner'),
    baudRate: v.optional(baudRate, 9600),
    aim: v.optional(v.boolean(), true),
    suffix: v.optional(v.picklist(['crlf', 'cr', 'lf']), 'crlf'),
  }),
  v.strictObject({
    kind: v.literal('nmea'),
    baudRate: v.optional(baudRate, 9600),
    rate: v.optional(count(10), 1),
    talker: v.optional(v.picklist(['GP', 'GN', 'BD', 'GB']), 'GN'),
    place: id,
  }),
])

const label = v.pipe(
  v.string(),
  v.check(
    (text) => parseLabel(text) !== undefined,
    'a code is (01)… with brackets, an http address, ]xx with its data, or ASCII text',
  ),
)

const scan = v.strictObject({
  scanner: id,
  codes: v.pipe(v.array(label), v.minLength(1)),
  gap: v.optional(duration, '300ms'),
  repeat: v.optional(count(MAX_REPEAT), 1),
  every: v.optional(duration, '300ms'),
})

const move = v.strictObject({
  gnss: id,
  to: id,
  via: v.optional(v.array(v.strictObject(point)), []),
  over: duration,
})

const temperature = v.strictObject({ thermo: id, to: between(-40, 80), within: v.optional(duration, '0s') })

const fault = v.strictObject({
  instrument: id,
  kind: v.picklist([...LINE_FAULTS, ...Object.values(DEVICE_FAULTS).flat()]),
  times: v.exactOptional(count(MAX_REPEAT)),
  for: v.exactOptional(duration),
  off: v.optional(v.boolean(), false),
})

const step = v.strictObject({
  say: v.exactOptional(words),
  at: v.exactOptional(duration),
  advance: v.exactOptional(duration),
  over: v.optional(duration, '0s'),
  move: v.optional(oneOrMore(move), []),
  temperature: v.optional(oneOrMore(temperature), []),
  fault: v.optional(oneOrMore(fault), []),
  scan: v.optional(oneOrMore(scan), []),
  settle: v.optional(duration, '0s'),
  expect: v.exactOptional(v.strictObject({ gateway: id, subject: v.string(), events: count(MAX_REPEAT) })),
})

/** A scenario file's content. */
export interface ScenarioFile extends Omit<Scenario, 'name' | 'startMs' | 'vars'> {
  scenario: string
  zone: string
  start: string
  vars: Record<string, string | number>
}

/** The form of a scenario file whose variables have been put in. */
export const scenarioSchema: v.GenericSchema<unknown, ScenarioFile> = v.strictObject({
  scenario: v.string(),
  zone: v.optional(v.string(), '+00:00'),
  start: v.string(),
  seed: v.optional(v.pipe(number, v.integer()), 1),
  vars: v.optional(v.record(v.string(), v.union([v.string(), v.number()])), {}),
  places: v.record(id, v.strictObject({ ...point, name: words })),
  instruments: v.pipe(
    v.record(id, instrument),
    v.check((all) => Object.keys(all).length <= MAX_INSTRUMENTS, `at most ${MAX_INSTRUMENTS} instruments`),
  ),
  steps: v.pipe(v.array(step), v.maxLength(MAX_STEPS)),
})
