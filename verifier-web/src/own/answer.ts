// What the ledger's node answers is read here once, strictly and bounded, before anything of it is drawn.

/** The ways of this desk to its node: what `DeskClient` has. */
export interface Ask {
  get(path: string): Promise<unknown>
  post(path: string, body: unknown): Promise<unknown>
}

/** Why an answer was not read. `ANSWER_SHAPE`: it is not what the specification says; `ANSWER_BOUNDS`: more of it than can be. */
export type AnswerCode = 'ANSWER_SHAPE' | 'ANSWER_BOUNDS'

/** An answer that is not read further. `code` is for a sentence to people; the message names the field, for whoever looks for the fault. */
export class AnswerError extends Error {
  override name = 'AnswerError'
  readonly code: AnswerCode

  constructor(code: AnswerCode, field: string) {
    super(`${code}: ${field}`)
    this.code = code
  }
}

export type Fields = { readonly [name: string]: unknown }

/** The code of what an asking came to: the node's problem code, or `INTERNAL` where there is none. */
export function codeOf(error: unknown): string {
  const code = typeof error === 'object' && error !== null ? (error as { code?: unknown }).code : undefined
  return typeof code === 'string' && /^[A-Z][A-Z0-9_]{1,63}$/.test(code) ? code : 'INTERNAL'
}

export function fieldsOf(value: unknown, field: string): Fields {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new AnswerError('ANSWER_SHAPE', field)
  return value as Fields
}

export function listOf<T>(value: unknown, field: string, most: number, read: (one: unknown, field: string) => T): T[] {
  if (!Array.isArray(value)) throw new AnswerError('ANSWER_SHAPE', field)
  if (value.length > most) throw new AnswerError('ANSWER_BOUNDS', field)
  return value.map((one: unknown) => read(one, field))
}

/** Text of 1 to `most` UTF-16 units. */
export function textOf(value: unknown, field: string, most = 512): string {
  if (typeof value !== 'string' || value === '') throw new AnswerError('ANSWER_SHAPE', field)
  if (value.length > most) throw new AnswerError('ANSWER_BOUNDS', field)
  return value
}

export function wholeOf(value: unknown, field: string, least = 0): number {
  if (typeof value !== 'number' || !Number.isSafeInteger(value) || value < least)
    throw new AnswerError('ANSWER_SHAPE', field)
  return value
}

/** UTC to the millisecond at most, as the node writes times. */
export function timeOf(value: unknown, field: string): string {
  const text = textOf(value, field, 32)
  if (!/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d{1,9})?Z$/.test(text) || Number.isNaN(Date.parse(text)))
    throw new AnswerError('ANSWER_SHAPE', field)
  return text
}

export function oneOf<const T extends string>(value: unknown, field: string, words: readonly T[]): T {
  const word = words.find((one) => one === value)
  if (word === undefined) throw new AnswerError('ANSWER_SHAPE', field)
  return word
}

/** What may be absent: `undefined` then, and read as ever where it is there. */
export function maybe<T>(value: unknown, field: string, read: (value: unknown, field: string) => T): T | undefined {
  return value === undefined ? undefined : read(value, field)
}

/** A name in both languages, for people. */
export interface Both {
  zh: string
  en: string
}

export function bothOf(value: unknown, field: string, most = 600): Both {
  const { zh, en } = fieldsOf(value, field)
  return { zh: textOf(zh, field, most), en: textOf(en, field, most) }
}

/** Thousandths of `uom`, or of pieces. */
export interface Quantity {
  milli: number
  uom?: string
}

export function quantityOf(value: unknown, field: string): Quantity {
  const { milli, uom } = fieldsOf(value, field)
  const unit = maybe(uom, field, (v, f) => textOf(v, f, 16))
  return { milli: wholeOf(milli, field, Number.MIN_SAFE_INTEGER), ...(unit !== undefined && { uom: unit }) }
}

/** Where in the log stands what proves something. */
export interface Proof {
  entry: number
  position: number
  eventID: string
  org?: string
}

export function proofOf(value: unknown, field: string): Proof {
  const { entry, position, eventID, org } = fieldsOf(value, field)
  const who = maybe(org, field, (v, f) => textOf(v, f, 64))
  return {
    entry: wholeOf(entry, field),
    position: wholeOf(position, field),
    eventID: textOf(eventID, field),
    ...(who !== undefined && { org: who }),
  }
}
