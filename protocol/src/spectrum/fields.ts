import type { Json } from '../canonical-json.ts'
import { type ProtocolCode, ProtocolError } from '../error.ts'
import { isIntegerIn, utcMs } from '../event/bounds.ts'
import { isObject, type JsonObject } from '../event/check.ts'

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
    return this.within(name, (value, code, path) => new Fields(value, code, path, known))
  }

  protected within<F>(name: string, read: (value: Json | undefined, code: ProtocolCode, path: string) => F): F {
    return read(this.get(name), this.#code, this.#path === '' ? name : `${this.#path}.${name}`)
  }

  oneOf<T extends string>(name: string, words: readonly T[]): T {
    return words.find((word) => word === this.get(name)) ?? this.fail(name, `expected one of ${words.join(', ')}`)
  }

  text(name: string): string {
    const value = this.get(name)
    const fits = typeof value === 'string' && value.length > 0 && value.length <= MAX_TEXT
    return fits ? value : this.fail(name, `expected 1 to ${MAX_TEXT} characters`)
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
}
