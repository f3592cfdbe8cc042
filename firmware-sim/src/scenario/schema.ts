import * as v from 'valibot'
import { instrumentKinds } from '../device/index.ts'
import type { BaseSpec, InstrumentKind } from '../device/kind.ts'
import type { Scenario } from './scenario.ts'
import { baudRate, between, duration, id, number, whole } from './values.ts'

/** Bounds that keep a mistyped scenario from asking for the impossible. */
const MAX_INSTRUMENTS = 64
const MAX_STEPS = 500
const MAX_REPEAT = 100_000

const count = (most: number) => whole(1, most)
const oneOrMore = <const S extends v.GenericSchema>(schema: S) =>
  v.pipe(
    v.union([v.array(schema), schema]),
    v.transform((value) => (Array.isArray(value) ? value : [value]) as v.InferOutput<S>[]),
  )

const words = v.strictObject({ zh: v.string(), en: v.string() })
const point = { lat: between(-90, 90), lon: between(-180, 180) }
/** By the table as it is when a scenario is read: it alone says what there is. */
const instrument = v.lazy(() =>
  v.variant('kind', [...instrumentKinds.values()].map(instrumentOf) as [ReturnType<typeof instrumentOf>]),
)

function instrumentOf({ kind, baudRate: usual, settings, shares }: InstrumentKind<BaseSpec>) {
  const line: v.ObjectEntries = shares === undefined ? {} : { line: v.exactOptional(id) }
  return v.strictObject({ ...settings, ...line, kind: v.literal(kind), baudRate: v.optional(baudRate, usual) })
}

const scan = v.strictObject({
  scanner: id,
  codes: v.pipe(v.array(v.pipe(v.string(), v.minLength(1), v.maxLength(2048))), v.minLength(1)),
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

const temperature = v.strictObject({ thermo: id, to: between(-60, 120), within: v.optional(duration, '0s') })

const fault = v.strictObject({
  instrument: id,
  kind: v.pipe(v.string(), v.regex(/^[a-z][a-z-]{0,31}$/, 'the name of a fault')),
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
  places: v.optional(v.record(id, v.strictObject({ ...point, name: words })), {}),
  instruments: v.pipe(
    v.record(id, instrument),
    v.check((all) => Object.keys(all).length <= MAX_INSTRUMENTS, `at most ${MAX_INSTRUMENTS} instruments`),
  ),
  steps: v.optional(v.pipe(v.array(step), v.maxLength(MAX_STEPS)), []),
}) as unknown as v.GenericSchema<unknown, ScenarioFile>
