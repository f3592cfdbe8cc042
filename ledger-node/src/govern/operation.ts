import { readFile } from 'node:fs/promises'
import type { Operation, ProductLimits } from '@tristamp/protocol'
import { UsageError } from '../command-line.ts'
import { LedgerError } from '../error.ts'

/** Flags by name, as `enrol` takes them. */
export type Fields = { [name: string]: string | undefined }

/** Operations from files, each an operation object or an array of them. @throws LedgerError CONFIG_INVALID */
export async function readOperations(files: readonly string[]): Promise<Operation[]> {
  const operations: Operation[] = []
  for (const file of files) {
    let value: unknown
    try {
      value = JSON.parse(await readFile(file, 'utf8'))
    } catch (cause) {
      throw new LedgerError('CONFIG_INVALID', `${file}: ${(cause as Error).message}`, { cause })
    }
    // Their shape is checked where they are signed, by the protocol's own rule.
    operations.push(...((Array.isArray(value) ? value : [value]) as Operation[]))
  }
  return operations
}

/** An operation from flags. @throws UsageError for a word that names none; LedgerError CONFIG_INVALID, naming every flag that is missing or wrong */
export function operationFrom(what: string, fields: Fields): Operation {
  const form = new Form(fields)
  const make = MAKERS[what]
  if (make === undefined)
    throw new UsageError(`enrol what? ${Object.keys(MAKERS).join(', ')}, or gateway with --file enrolment-request.json`)
  const operation = make(form)
  form.assertComplete()
  return operation
}

const MAKERS: { [what: string]: (form: Form) => Operation } = {
  organisation: (form) => ({
    op: 'enrol-organisation',
    org: form.text('org'),
    party: form.text('party'),
    name: form.texts('name'),
  }),
  place: (form) => ({
    op: 'register-place',
    org: form.text('org'),
    place: form.text('place'),
    name: form.texts('name'),
    address: form.texts('address'),
    ...form.pair('lat', 'lon', 1e7, (latE7, lonE7) => ({ latE7, lonE7 })),
    zone: form.text('zone'),
  }),
  product: (form) => ({
    op: 'register-product',
    org: form.text('org'),
    product: form.text('product'),
    name: form.texts('name'),
    spec: form.texts('spec'),
    ...limitsOf(form),
  }),
}

/** Limits, with how many minutes outside of them a product bears, and for medicines what their mean kinetic temperature may be. */
function limitsOf(form: Form): { limits?: ProductLimits } {
  const toleranceS = form.minutes('tolerance')
  const maxKineticMilliC = form.degrees('max-kinetic')
  return form.pair('min', 'max', 1e3, (minMilliC, maxMilliC) => ({
    limits: {
      ...{ minMilliC, maxMilliC },
      ...(toleranceS !== undefined && { toleranceS }),
      ...(maxKineticMilliC !== undefined && { maxKineticMilliC }),
    },
  }))
}

/** Reads flags and gathers what is wrong with them, so that all of it can be said at once. */
class Form {
  readonly #fields: Fields
  readonly #faults: string[] = []

  constructor(fields: Fields) {
    this.#fields = fields
  }

  text(name: string): string {
    const value = this.#fields[name]
    if (value === undefined || value === '') this.#faults.push(`--${name} is missing`)
    return value ?? ''
  }

  texts(name: string): { zh: string; en: string } {
    return { zh: this.text(`${name}-zh`), en: this.text(`${name}-en`) }
  }

  /** Two numbers that come together or not at all, scaled to whole ones. */
  pair<T extends object>(
    first: string,
    second: string,
    scale: number,
    make: (a: number, b: number) => T,
  ): T | Record<string, never> {
    if (this.#fields[first] === undefined && this.#fields[second] === undefined) return {}
    return make(this.#number(first, scale), this.#number(second, scale))
  }

  /** In thousandths; undefined where they are not given. */
  degrees(name: string): number | undefined {
    return this.#fields[name] === undefined ? undefined : this.#number(name, 1000)
  }

  /** Whole minutes, in seconds; undefined where they are not given. */
  minutes(name: string): number | undefined {
    const text = this.#fields[name]
    if (text === undefined) return undefined
    if (!/^\d{1,6}$/.test(text)) this.#faults.push(`--${name}: expected whole minutes`)
    return Number(text) * 60
  }

  assertComplete(): void {
    if (this.#faults.length > 0) throw new LedgerError('CONFIG_INVALID', this.#faults.join('\n  '))
  }

  #number(name: string, scale: number): number {
    const text = this.text(name)
    if (!/^-?\d{1,3}(\.\d+)?$/.test(text)) this.#faults.push(`--${name}: expected a number`)
    return Math.round(Number(text) * scale)
  }
}
