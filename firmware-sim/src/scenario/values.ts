import * as v from 'valibot'
import { parseDuration } from './duration.ts'

// The forms of single values in a scenario. A variable is put in as text, so numbers are also read from text.

/** `18h20m`, `1.5s`, `250ms` as milliseconds. */
export const duration: v.GenericSchema<string, number> = v.pipe(
  v.string(),
  v.rawTransform(({ dataset, addIssue, NEVER }) => {
    const ms = parseDuration(dataset.value)
    if (ms !== undefined) return ms
    addIssue({ message: 'a duration is written like 18h20m, 1.5s or 250ms' })
    return NEVER
  }),
)

export const number: v.GenericSchema<string | number, number> = v.pipe(
  v.union([v.number(), v.pipe(v.string(), v.regex(/^-?\d+(\.\d+)?$/, 'a number'), v.transform(Number))], 'a number'),
  v.finite(),
)

export const between = (least: number, most: number): v.GenericSchema<string | number, number> =>
  v.pipe(number, v.minValue(least), v.maxValue(most))

export const whole = (least: number, most: number): v.GenericSchema<string | number, number> =>
  v.pipe(number, v.integer(), v.minValue(least), v.maxValue(most))

const RATES = [1200, 2400, 4800, 9600, 14_400, 19_200, 38_400, 57_600, 115_200]

export const baudRate: v.GenericSchema<string | number, number> = v.pipe(
  number,
  v.picklist(RATES, 'a usual baud rate, 1200 to 115200'),
)

/** Names become file names and topic parts. */
export const id: v.GenericSchema<string> = v.pipe(
  v.string(),
  v.regex(/^[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+)*$/, 'letters, digits, _ and -, parts joined by dots'),
  v.maxLength(64),
)

/** The air at a thermometer. */
export const air: v.GenericSchema<
  unknown,
  { celsius: number; humidity: number; swing: number; cycle: number; noise: number }
> = v.strictObject({
  celsius: between(-60, 120),
  humidity: v.optional(between(0, 100), 60),
  swing: v.optional(between(0, 20), 0),
  cycle: v.optional(duration, '25m'),
  noise: v.optional(between(0, 20), 0.05),
})
