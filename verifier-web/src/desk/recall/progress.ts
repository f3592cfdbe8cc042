import {
  type Ask,
  type Both,
  bothOf,
  fieldsOf,
  listOf,
  maybe,
  oneOf,
  textOf,
  timeOf,
  wholeOf,
} from '../../own/answer.ts'

// How far a recall is: the answer of /v1/recalls/<id>/progress (docs/spec/http.md, Recalls), read strictly.

const AMOUNTS = [
  'shipped',
  'found',
  'quarantined',
  'returned',
  'destroyed',
  'blocked',
  'sold',
  'used',
  'unaccounted',
  'surplus',
] as const
/** Thousandths of one unit of measure. */
export type Amounts = Record<(typeof AMOUNTS)[number], number>

export interface PlaceProgress extends Amounts {
  /** Absent: on the way, or nobody told where. */
  place?: string
  name?: Both
  holder?: string
  state: 'unanswered' | 'acknowledged' | 'done'
  signed: boolean
  lastAt?: string
  tries: number
}

export interface UnsignedPlace {
  place: string
  answers: number
  state: string
  milli?: number
  uom?: string
  lastAt: string
}

export interface Progress {
  id: string
  treeSize: number
  deadline?: { law: 'food' | 'medicine'; hours: number; at: string; left: number }
  uom?: string
  totals: Amounts
  places: PlaceProgress[]
  /** How many places there are, read or not. */
  placesTotal: number
  timeline: { at: string; answered: number; found: number; sold: number }[]
  /** Units of measure that cannot be added to the above. */
  others: { uom?: string; totals: Amounts }[]
  unsigned: { answers: number; places: UnsignedPlace[] }
  incomplete: string[]
}

/** A recall may reach every shop of a country; a page shows so many and says so. */
export const MAX_PLACES = 10_000
const MAX_POINTS = 1000

/** Places on one page of the answer; the node gives no more. */
const PAGE = 5000

/** The progress of a recall with all of its places, as far as a page shows them. @throws AnswerError, and what `ask` throws */
export async function readProgress(ask: Ask, recall: string, law: 'food' | 'medicine' = 'food'): Promise<Progress> {
  const path = `/v1/recalls/${encodeURIComponent(recall)}/progress?law=${law}&limit=${PAGE}`
  const progress = parseProgress(await ask.get(path))
  const { places, placesTotal } = progress
  while (places.length < Math.min(placesTotal, MAX_PLACES)) {
    const more = parseProgress(await ask.get(`${path}&from=${places.length}`)).places
    // A page without anything would be asked for without end.
    if (more.length === 0) break
    places.push(...more.slice(0, MAX_PLACES - places.length))
  }
  return progress
}

/** @throws AnswerError */
export function parseProgress(value: unknown): Progress {
  const answer = fieldsOf(value, 'progress')
  const unsigned = maybe(answer['unsigned'], 'unsigned', fieldsOf) ?? {}
  const deadline = maybe(answer['deadline'], 'deadline', deadlineOf)
  const totals = fieldsOf(answer['totals'], 'totals')
  const uom = maybe(totals['uom'], 'uom', (v, f) => textOf(v, f, 16))
  const places = listOf(answer['places'], 'places', MAX_PLACES, placeOf)
  return {
    id: textOf(answer['id'], 'id', 64),
    treeSize: wholeOf(answer['treeSize'], 'treeSize'),
    ...(deadline !== undefined && { deadline }),
    ...(uom !== undefined && { uom }),
    totals: amountsOf(totals, 'totals'),
    places,
    placesTotal: wholeOf(answer['placesTotal'] ?? places.length, 'placesTotal'),
    timeline: listOf(answer['timeline'], 'timeline', MAX_POINTS, (one, field) => {
      const { at, answered, found, sold } = fieldsOf(one, field)
      return {
        at: timeOf(at, field),
        answered: wholeOf(answered, field),
        found: wholeOf(found, field, Number.MIN_SAFE_INTEGER),
        sold: wholeOf(sold, field, Number.MIN_SAFE_INTEGER),
      }
    }),
    others: listOf(answer['others'] ?? [], 'others', 64, (one, field) => {
      const table = fieldsOf(one, field)
      const unit = maybe(table['uom'], field, (v, f) => textOf(v, f, 16))
      return { ...(unit !== undefined && { uom: unit }), totals: amountsOf(fieldsOf(table['totals'], field), field) }
    }),
    unsigned: {
      answers: wholeOf(unsigned['answers'] ?? 0, 'unsigned.answers'),
      places: listOf(unsigned['places'] ?? [], 'unsigned.places', MAX_PLACES, unsignedOf),
    },
    incomplete: listOf(answer['incomplete'] ?? [], 'incomplete', 8, (one, field) => textOf(one, field, 64)),
  }
}

function deadlineOf(value: unknown, field: string): NonNullable<Progress['deadline']> {
  const { law, hours, at, left } = fieldsOf(value, field)
  return {
    law: oneOf(law ?? 'food', field, ['food', 'medicine']),
    hours: wholeOf(hours, field),
    at: timeOf(at, field),
    left: wholeOf(left, field, Number.MIN_SAFE_INTEGER),
  }
}

function amountsOf(fields: { readonly [name: string]: unknown }, field: string): Amounts {
  const amounts = {} as Amounts
  // What an older node does not tell is none.
  for (const name of AMOUNTS) amounts[name] = wholeOf(fields[name] ?? 0, `${field}.${name}`)
  return amounts
}

function placeOf(value: unknown, field: string): PlaceProgress {
  const fields = fieldsOf(value, field)
  const place = maybe(fields['place'], field, textOf)
  const name = maybe(fields['name'], field, bothOf)
  const holder = maybe(fields['holder'], field, textOf)
  const lastAt = maybe(fields['lastAt'], field, timeOf)
  return {
    ...(place !== undefined && { place }),
    ...(name !== undefined && { name }),
    ...(holder !== undefined && { holder }),
    ...amountsOf(fields, field),
    state: oneOf(fields['state'], field, ['unanswered', 'acknowledged', 'done']),
    signed: fields['signed'] === true,
    ...(lastAt !== undefined && { lastAt }),
    tries: wholeOf(fields['tries'] ?? 0, field),
  }
}

function unsignedOf(value: unknown, field: string): UnsignedPlace {
  const fields = fieldsOf(value, field)
  const milli = maybe(fields['milli'], field, (v, f) => wholeOf(v, f))
  const uom = maybe(fields['uom'], field, (v, f) => textOf(v, f, 16))
  return {
    place: textOf(fields['place'], field),
    answers: wholeOf(fields['answers'], field),
    state: textOf(fields['state'], field, 32),
    ...(milli !== undefined && { milli }),
    ...(uom !== undefined && { uom }),
    lastAt: timeOf(fields['lastAt'], field),
  }
}

/** What the bar shows, in its order; together it is what was shipped, or more where more was found than had been shipped. */
export interface Share {
  what: 'returned' | 'aside' | 'sold' | 'unaccounted'
  milli: number
}

/** Each amount once: what was destroyed and used is not left to be returned, and what a scanner refused is there, though nobody set it aside. */
export function sharesOf({ returned, destroyed, found, blocked, sold, used, unaccounted }: Amounts): Share[] {
  const back = returned + destroyed
  const shares: Share[] = [
    { what: 'returned', milli: back },
    { what: 'aside', milli: Math.max(0, Math.max(found, blocked) - back) },
    { what: 'sold', milli: sold + used },
    { what: 'unaccounted', milli: unaccounted },
  ]
  return shares.filter(({ milli }) => milli > 0)
}

/** Places that were asked and have not answered with a signature; what is on the way cannot answer. */
export function unanswered({ places }: Progress): PlaceProgress[] {
  return places.filter(({ state, place }) => state === 'unanswered' && place !== undefined)
}
