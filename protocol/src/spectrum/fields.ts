import type { Json } from '../canonical-json.ts'
import { parseCanonicalJson } from '../canonical-json.ts'
import { type ProtocolCode, ProtocolError } from '../error.ts'
import { isIntegerIn, utcMs } from '../event/bounds.ts'
import { isObject, type JsonObject } from '../event/check.ts'
import { EVIDENCE_BYTES } from '../evidence.ts'

/** Points of a spectrum: more than any instrument of this kind has, and they fit a piece of evidence. */
export const MAX_POINTS = 1024
/** 2^40: more than any detector counts, and no integer below is lost in double precision. */
export const MAX_COUNT = 1_099_511_627_776
const MAX_TEXT = 200

/** Reads the members of an object of exactly known form. Everything that does not fit is refused with one code and the member's name. */
export class Fields {
  readonly #object: JsonObject
  readonly #code: ProtocolCode
  readonly #path: string

  constructor(value: Json | undefined, code: ProtocolCode, path: string, known: readonly string[]) {
    this.#code = code
    this.#path = path
    if (!isObject(value)) this.fail('', 'expected an object')
    this.#object = value
    for (const name in value) if (!known.includes(name)) this.fail(name, 'not a member that is known')
  }

  has(name: string): boolean {
    return Object.hasOwn(this.#object, name)
  }

  get(name: string): Json | undefined {
    return this.has(name) ? this.#object[name] : undefined
  }

  fail(name: string, what: string): never {
    throw new ProtocolError(this.#code, `${[this.#path, name].filter((part) => part !== '').join('.')}: ${what}`)
  }

  inside(name: string, known: readonly string[]): Fields {
    const path = this.#path === '' ? name : `${this.#path}.${name}`
    return new Fields(this.get(name), this.#code, path, known)
  }

  exactly<T extends string | number>(name: string, wanted: T): T {
    return this.get(name) === wanted ? wanted : this.fail(name, `expected ${wanted}`)
  }

  oneOf<T extends string>(name: string, words: readonly T[]): T {
    return words.find((word) => word === this.get(name)) ?? this.fail(name, `expected one of ${words.join(', ')}`)
  }

  text(name: string): string {
    const value = this.get(name)
    const fits = typeof value === 'string' && value.length > 0 && value.length <= MAX_TEXT
    return fits ? value : this.fail(name, `expected 1 to ${MAX_TEXT} characters`)
  }

  flag(name: string): boolean {
    const value = this.get(name)
    return typeof value === 'boolean' ? value : this.fail(name, 'expected true or false')
  }

  time(name: string): string {
    const value = this.get(name)
    const fits = typeof value === 'string' && utcMs(value) !== undefined
    return fits ? value : this.fail(name, 'expected UTC with three decimals and Z')
  }

  integer(name: string, min: number, max: number): number {
    const value = this.get(name)
    return isIntegerIn(value, min, max) ? value : this.fail(name, `expected a whole number from ${min} to ${max}`)
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

export function readAxis(fields: Fields): Axis {
  const axis = fields.inside('axis', ['unit', 'milli'])
  const milli = axis.integers('milli', { min: 2, max: MAX_POINTS }, 1, 100_000_000)
  if (milli.some((point, i) => i > 0 && point <= milli[i - 1]!)) axis.fail('milli', 'expected ascending points')
  return { unit: axis.oneOf('unit', ['nm', 'cm-1']), milli }
}

/** How an instrument was set: names and whole numbers, which must be the same for a model to apply. */
export type Settings = Record<string, number>

export function readSettings(fields: Fields): Settings {
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
