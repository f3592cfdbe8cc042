import { canonicalUri, ProtocolError, RECALL_ANSWERS, type RecallAnswer, subjectKind } from '@tristamp/protocol'
import { LedgerError } from '../error.ts'
import type { Kept } from '../unsigned/record-book.ts'

/** What someone without a key says of recalled goods. */
export interface UnsignedResponse {
  recall: string
  /** URI of a registered place, or what the writer calls it. */
  place: string
  state: RecallAnswer
  quantity?: { milli: number; uom?: string }
  /** For whoever recalls: never shown to others. */
  contact?: string
}

const PLACE_CHARACTERS = 120
const CONTACT_CHARACTERS = 200
const MAX_MILLI = 1_000_000_000_000
const FIELDS = new Set(['place', 'state', 'quantity', 'contact'])

/** Reads a body of `POST /v1/recalls/<id>/responses`. @throws LedgerError REQUEST_QUERY */
export function responseFrom(recall: string, body: unknown): UnsignedResponse {
  const fields = objectOf(body, 'body')
  const other = Object.keys(fields).find((name) => !FIELDS.has(name))
  if (other !== undefined) throw wrong(other.slice(0, 64), 'place, state, quantity and contact alone')
  const { place, state, quantity, contact } = fields
  if (!RECALL_ANSWERS.some((known) => known === state)) throw wrong('state', RECALL_ANSWERS.join(', '))
  if (state === 'none' && quantity !== undefined) throw wrong('quantity', 'none where there are none')
  return {
    recall,
    place: placeOf(textOf(place, 'place', PLACE_CHARACTERS)),
    state: state as RecallAnswer,
    ...(quantity !== undefined && { quantity: quantityOf(quantity) }),
    ...(contact !== undefined && { contact: textOf(contact, 'contact', CONTACT_CHARACTERS) }),
  }
}

/** One as it was kept, or undefined for what is none. */
export function readResponse(value: unknown): UnsignedResponse | undefined {
  try {
    const { recall, ...body } = objectOf(value, 'record')
    return typeof recall === 'string' ? responseFrom(recall, body) : undefined
  } catch {
    return undefined
  }
}

/** What unsigned answers come to, counted apart from what is signed. */
export interface UnsignedProgress {
  answers: number
  /** Those at places that the number of a registered place names; the others are for whoever recalls. */
  places: { place: string; answers: number; state: RecallAnswer; milli?: number; uom?: string; lastAt: string }[]
}

/** The last word of each place; names that are no numbers are only counted. */
export function unsignedProgress(responses: readonly Kept<UnsignedResponse>[]): UnsignedProgress {
  const places = new Map<string, UnsignedProgress['places'][number]>()
  for (const { at, record } of responses) {
    const { place, state, quantity } = record
    if (subjectKind(place) !== 'place') continue
    const answers = (places.get(place)?.answers ?? 0) + 1
    places.set(place, { place, answers, state, ...quantity, lastAt: new Date(at).toISOString() })
  }
  return { answers: responses.length, places: [...places.values()].sort((a, b) => (a.place < b.place ? -1 : 1)) }
}

/** A place's number (GLN), its URI, or a name. */
function placeOf(text: string): string {
  const gln = /^(?:\(414\))?(\d{13})$/.exec(text.replaceAll(' ', ''))?.[1]
  const uri = gln === undefined ? text : `https://id.gs1.org/414/${gln}`
  try {
    return gln !== undefined || subjectKind(uri) === 'place' ? canonicalUri(uri) : text
  } catch (error) {
    if (!(error instanceof ProtocolError)) throw error
    throw wrong('place', 'a number without a slip of the pen, or a name')
  }
}

function quantityOf(value: unknown): { milli: number; uom?: string } {
  const { milli, uom, ...others } = objectOf(value, 'quantity')
  if (Object.keys(others).length > 0) throw wrong('quantity', 'milli and uom alone')
  if (!Number.isInteger(milli) || (milli as number) < 0 || (milli as number) > MAX_MILLI)
    throw wrong('quantity.milli', `a whole number up to ${MAX_MILLI}`)
  if (uom !== undefined && (typeof uom !== 'string' || !/^[A-Z0-9]{1,3}$/.test(uom)))
    throw wrong('quantity.uom', 'a unit of UN/ECE Recommendation 20')
  return { milli: milli as number, ...(uom !== undefined && { uom }) }
}

/** Plain text in one line. */
function textOf(value: unknown, name: string, most: number): string {
  const text = typeof value === 'string' ? value.trim() : ''
  if (text === '' || text.length > most || /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Co}\p{Cs}]/u.test(text))
    throw wrong(name, `1 to ${most} characters of plain text`)
  return text
}

function objectOf(value: unknown, name: string): { [member: string]: unknown } {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw wrong(name, 'a JSON object')
  return value as { [member: string]: unknown }
}

function wrong(name: string, expected: string): LedgerError {
  return new LedgerError('REQUEST_QUERY', `${name}: expected ${expected}`)
}
