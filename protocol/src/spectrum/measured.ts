import { type Json, parseCanonicalJson } from '../canonical-json.ts'
import { type ProtocolCode, ProtocolError } from '../error.ts'
import { isIntegerIn } from '../event/bounds.ts'
import { isObject } from '../event/check.ts'
import { EVIDENCE_BYTES } from '../evidence.ts'
import { Fields } from './fields.ts'

// What evidence holds that no event does: numbers in lists, and what spectra and models of them have in common.

/** Points of a spectrum: more than any instrument of this kind has, and they fit a piece of evidence. */
export const MAX_POINTS = 1024
/** 2^40: more than any detector counts, and no integer below is lost in double precision. */
export const MAX_COUNT = 1_099_511_627_776

/** The JSON of a piece of evidence, by its members. */
export class Measured extends Fields {
  override inside(name: string, known: readonly string[]): Measured {
    return this.within(name, (value, code, path) => new Measured(value, code, path, known))
  }

  exactly<T extends string | number>(name: string, wanted: T): T {
    return this.get(name) === wanted ? wanted : this.fail(name, `expected ${wanted}`)
  }

  flag(name: string): boolean {
    const value = this.get(name)
    return typeof value === 'boolean' ? value : this.fail(name, 'expected true or false')
  }

  number(name: string): number {
    const value = this.get(name)
    return typeof value === 'number' ? value : this.fail(name, 'expected a number')
  }

  positive(name: string): number {
    const value = this.number(name)
    return value > 0 ? value : this.fail(name, 'expected more than nothing')
  }

  integers(name: string, count: { min: number; max: number }, min: number, max: number): number[] {
    return this.#list(name, this.get(name), count, (item) => isIntegerIn(item, min, max)) as number[]
  }

  numbers(name: string, count: number): number[] {
    return this.#list(name, this.get(name), { min: count, max: count }, isNumber) as number[]
  }

  /** Rows of equal length. */
  rows(name: string, rows: { min: number; max: number }, length: number, isFit: (item: Json) => boolean): number[][] {
    const list = this.#list(name, this.get(name), rows, Array.isArray) as Json[]
    return list.map((row, i) => this.#list(`${name}[${i}]`, row, { min: length, max: length }, isFit) as number[])
  }

  #list(
    name: string,
    value: Json | undefined,
    count: { min: number; max: number },
    isFit: (item: Json) => boolean,
  ): Json[] {
    const items = Array.isArray(value) ? value : []
    if (items.length < count.min || items.length > count.max || !items.every(isFit))
      this.fail(name, `expected ${count.min} to ${count.max} fitting values`)
    return items
  }
}

export function isNumber(value: Json): boolean {
  return typeof value === 'number'
}

export function isCount(value: Json): boolean {
  return isIntegerIn(value, 0, MAX_COUNT)
}

/** The JSON in a piece of evidence, in its canonical form. @throws ProtocolError with the code, whatever is wrong */
export function readJson(bytes: Uint8Array, code: ProtocolCode): Json {
  try {
    return parseCanonicalJson(bytes, { maxBytes: EVIDENCE_BYTES })
  } catch (cause) {
    if (!(cause instanceof ProtocolError)) throw cause
    throw new ProtocolError(code, cause.message, { cause })
  }
}

/** What a spectrum is measured along, in thousandths of the unit, ascending. */
export interface Axis {
  unit: 'nm' | 'cm-1'
  milli: number[]
}

export function readAxis(fields: Measured): Axis {
  const axis = fields.inside('axis', ['unit', 'milli'])
  const milli = axis.integers('milli', { min: 2, max: MAX_POINTS }, 1, 100_000_000)
  if (milli.some((point, i) => i > 0 && point <= milli[i - 1]!)) axis.fail('milli', 'expected ascending points')
  return { unit: axis.oneOf('unit', ['nm', 'cm-1']), milli }
}

/** How an instrument was set: names and whole numbers, which must be the same for a model to apply. */
export type Settings = Record<string, number>

export function readSettings(fields: Measured): Settings {
  const value = fields.get('settings')
  const settings = isObject(value) ? value : fields.fail('settings', 'expected an object')
  const names = Object.keys(settings)
  if (names.length > 32) fields.fail('settings', 'more than 32 settings')
  for (const name of names) {
    if (!/^[a-z][A-Za-z0-9]{0,31}$/.test(name)) fields.fail('settings', 'not a name of a setting')
    if (!isIntegerIn(settings[name], -MAX_COUNT, MAX_COUNT)) fields.fail(`settings.${name}`, 'expected a whole number')
  }
  return settings as Settings
}
