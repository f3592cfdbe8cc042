import type { AnswerFact, BlockedFact, FactProof, RecallFacts, StockFact } from './facts.ts'

/**
 * How much of a recall is where, in thousandths of one unit of measure. `shipped` is what the trace says was there; `sold`, `used` and `destroyed` are the
 * more of what events and what answers say; `found` is what signed answers call found: set aside, returned and destroyed, or taken note of. What was
 * refused at a scanner (`blocked`) is there, too: it counts as far as it is more than what was found. Always
 * `max(found, blocked) + sold + used + unaccounted = shipped + surplus` of a place, and one of the last two is zero.
 */
export interface Amounts {
  shipped: number
  found: number
  quarantined: number
  returned: number
  destroyed: number
  blocked: number
  sold: number
  used: number
  unaccounted: number
  surplus: number
}

export type PlaceState = 'unanswered' | 'acknowledged' | 'done'

export interface PlaceProgress extends Amounts {
  /** Absent: on the way, or nobody told where. */
  place?: string
  holder?: string
  /** `done`: answered, nothing unaccounted for, and all that was found is set aside, returned or destroyed. */
  state: PlaceState
  /** Whether a signed answer is there. */
  signed: boolean
  lastAt?: string
  /** Tries that were refused, also of goods whose amount is not known. */
  tries: number
  /** Things of which nobody told how much they are. */
  things: number
  /** The last five of each kind. */
  proofs: FactProof[]
}

export interface TimePoint {
  at: string
  /** Places of the trace that a signed answer has come from. */
  answered: number
  found: number
  sold: number
}

/** Progress in one unit of measure. */
export interface Table {
  uom?: string
  totals: Amounts
  places: PlaceProgress[]
}

export interface Progress extends Table {
  timeline: TimePoint[]
  /** What cannot be added to the above: the same in other units of measure. */
  others: Table[]
}

const PROOFS = 5
const POINTS = 200
const ZERO: Amounts = {
  shipped: 0,
  found: 0,
  quarantined: 0,
  returned: 0,
  destroyed: 0,
  blocked: 0,
  sold: 0,
  used: 0,
  unaccounted: 0,
  surplus: 0,
}

/** What one gateway said last of one place, by unit of measure and state. */
type Said = Map<string, Map<AnswerFact['state'], number>>

interface Row {
  place: string | undefined
  holder: string | undefined
  stock: StockFact[]
  /** By gateway. */
  said: Map<string, Said>
  blocked: BlockedFact[]
  answers: AnswerFact[]
}

/** Adds up what is known of a recall. The same facts give the same answer, in whatever order stock and tries come; answers come in the order of the log. */
export function progressOf({ stock, answers, blocked }: RecallFacts): Progress {
  const rows = new Rows(stock)
  for (const one of blocked) rows.at(one).blocked.push(one)
  const placed = answers.map((answer) => ({ answer, row: rows.at(answer) }))
  for (const { row, answer } of placed) row.answers.push(answer)
  for (const { row, answer } of placed) say(row, answer)
  const uoms = unitsOf(rows.list)
  const tables = uoms.map((uom) => tableOf(rows.list, uom, uom === uoms[0]))
  const [first = tableOf(rows.list, '', true), ...others] = tables
  for (const { row } of placed) row.said = new Map()
  return { ...first, timeline: timelineOf(rows.list, placed, first.uom ?? ''), others }
}

/**
 * Rows of places and holders. A gateway whose own station a place is speaks of what another party holds there, too; any other only of what its own does:
 * nobody makes the goods of others found.
 */
class Rows {
  readonly #byKey = new Map<string, Row>()
  /** Those that the trace knows. */
  readonly #byPlace = new Map<string, Set<Row>>()

  constructor(stock: readonly StockFact[]) {
    for (const one of stock) {
      const row = this.#row(one.place, one.holder)
      row.stock.push(one)
      if (one.place === undefined) continue
      const there = this.#byPlace.get(one.place)
      if (there === undefined) this.#byPlace.set(one.place, new Set([row]))
      else there.add(row)
    }
  }

  get list(): Row[] {
    return [...this.#byKey.values()]
  }

  at({ place, holder, atHome }: { place: string; holder: string; atHome: boolean }): Row {
    const own = this.#byKey.get(keyOf(place, holder))
    const [only, ...more] = this.#byPlace.get(place) ?? []
    return own ?? (atHome && only !== undefined && more.length === 0 ? only : this.#row(place, holder))
  }

  #row(place: string | undefined, holder: string | undefined): Row {
    const key = keyOf(place, holder)
    const known = this.#byKey.get(key)
    if (known !== undefined) return known
    const row: Row = { place, holder, stock: [], said: new Map(), blocked: [], answers: [] }
    this.#byKey.set(key, row)
    return row
  }
}

/** The last word of a gateway for a state and a unit counts; `none` takes back all of them. */
function say(row: Row, { speaker, state, milli, uom = '' }: AnswerFact): void {
  if (state === 'none') row.said.delete(speaker)
  if (state === 'none' || milli === undefined) return
  const own: Said = row.said.get(speaker) ?? new Map()
  row.said.set(speaker, own)
  const states = own.get(uom) ?? new Map<AnswerFact['state'], number>()
  own.set(uom, states)
  states.set(state, milli)
}

/** The unit with the most first, pieces before others of as much. */
function unitsOf(rows: readonly Row[]): string[] {
  const sums = new Map<string, number>()
  const add = (uom: string, milli: number): void => void sums.set(uom, (sums.get(uom) ?? 0) + milli)
  for (const { stock, said, blocked } of rows) {
    for (const { milli, uom = '' } of stock) if (milli !== undefined) add(uom, milli)
    for (const own of said.values()) for (const uom of own.keys()) add(uom, 0)
    if (blocked.some(({ piece }) => piece)) add('', 0)
  }
  return [...sums].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1)).map(([uom]) => uom)
}

function tableOf(rows: readonly Row[], uom: string, isFirst: boolean): Table {
  const places = rows
    .filter((row) => isFirst || isIn(row, uom))
    .map((row) => placeOf(row, amountsOf(row, uom)))
    .sort(byAmount)
  const totals = { ...ZERO }
  for (const place of places) for (const name of names) totals[name] += place[name]
  return { ...(uom !== '' && { uom }), totals, places }
}

const names = Object.keys(ZERO) as (keyof Amounts)[]

function isIn({ stock, said }: Row, uom: string): boolean {
  return (
    stock.some((one) => one.milli !== undefined && (one.uom ?? '') === uom) ||
    [...said.values()].some((s) => s.has(uom))
  )
}

function amountsOf({ stock, said, blocked }: Row, uom: string): Amounts {
  const recorded = (state?: StockFact['state']): number =>
    sum(stock.map((one) => ((one.uom ?? '') === uom && (state ?? one.state) === one.state ? (one.milli ?? 0) : 0)))
  const told = (state: AnswerFact['state']): number =>
    sum([...said.values()].map((own) => own.get(uom)?.get(state) ?? 0))
  const shipped = recorded()
  const [quarantined, returned] = [told('quarantined'), told('returned')]
  const destroyed = Math.max(told('destroyed'), recorded('destroyed'))
  const sold = Math.max(told('sold'), recorded('sold'))
  const used = recorded('used')
  const found = Math.max(told('acknowledged'), quarantined + returned + destroyed)
  const pieces = uom === '' ? new Set(blocked.flatMap(({ piece, subject }) => (piece ? [subject] : []))).size : 0
  const tried = 1000 * pieces
  const known = Math.max(found, tried) + sold + used
  const unaccounted = Math.max(0, shipped - known)
  const surplus = Math.max(0, known - shipped)
  return { shipped, found, quarantined, returned, destroyed, blocked: tried, sold, used, unaccounted, surplus }
}

function placeOf(row: Row, amounts: Amounts): PlaceProgress {
  const { place, holder, stock, answers, blocked } = row
  const signed = answers.length > 0
  const isAside = amounts.found === amounts.quarantined + amounts.returned + amounts.destroyed
  const done = signed && amounts.unaccounted === 0 && isAside
  const last = Math.max(...answers.map(({ at }) => at), ...blocked.map(({ at }) => at))
  const untold = stock.filter(({ milli }) => milli === undefined)
  return {
    ...(place !== undefined && { place }),
    ...(holder !== undefined && { holder }),
    ...amounts,
    state: !signed ? 'unanswered' : done ? 'done' : 'acknowledged',
    signed,
    ...(Number.isFinite(last) && { lastAt: new Date(last).toISOString() }),
    tries: blocked.length,
    things: sum(untold.map(({ things }) => things)),
    proofs: [
      ...stock.flatMap(({ proofs }) => proofs).slice(-PROOFS),
      ...answers.map(({ proof }) => proof).slice(-PROOFS),
      ...blocked.map(({ proof }) => proof).slice(-PROOFS),
    ],
  }
}

/** What is missing first. */
function byAmount(a: PlaceProgress, b: PlaceProgress): number {
  const text = ({ place = '', holder = '' }: PlaceProgress): string => keyOf(place, holder)
  return b.unaccounted - a.unaccounted || b.shipped - a.shipped || (text(a) < text(b) ? -1 : 1)
}

/** How answers came in, as the log has them. A sale stands where its last event is. */
function timelineOf(
  rows: readonly Row[],
  placed: readonly { answer: AnswerFact; row: Row }[],
  uom: string,
): TimePoint[] {
  const soldAt = new Map<number, Set<Row>>()
  for (const row of rows)
    for (const { state, at } of row.stock) {
      if (state !== 'sold' || at === undefined) continue
      const there = soldAt.get(at)
      if (there === undefined) soldAt.set(at, new Set([row]))
      else there.add(row)
    }
  const steps = [
    ...placed.map((one, i) => ({ at: one.answer.at, order: i, ...one })),
    ...[...soldAt.keys()].map((at) => ({ at, order: -1, answer: undefined, row: undefined })),
  ].sort((a, b) => a.at - b.at || a.order - b.order)
  const answered = new Set<Row>()
  const points = new Map<number, TimePoint>()
  const sums = new Map(rows.map((row) => [row, { found: 0, sold: 0 }]))
  const totals = { found: 0, sold: 0 }
  const refresh = (row: Row, atMs: number): void => {
    const stock = row.stock.filter(({ at }) => at === undefined || at <= atMs)
    const { found, sold } = amountsOf({ ...row, stock }, uom)
    const before = sums.get(row)!
    totals.found += found - before.found
    totals.sold += sold - before.sold
    sums.set(row, { found, sold })
  }
  for (const { at, answer, row } of steps) {
    for (const one of row === undefined ? (soldAt.get(at) ?? []) : []) refresh(one, at)
    if (row !== undefined) {
      say(row, answer)
      if (row.stock.length > 0) answered.add(row)
      refresh(row, at)
    }
    points.set(at, { at: new Date(at).toISOString(), answered: answered.size, ...totals })
  }
  return thinned([...points.values()])
}

/** The last point always; of the others as many as a picture shows. */
function thinned(points: TimePoint[]): TimePoint[] {
  if (points.length <= POINTS) return points
  return Array.from({ length: POINTS }, (_, i) => points[Math.floor(((i + 1) * points.length) / POINTS) - 1]!)
}

function keyOf(place: string | undefined, holder: string | undefined): string {
  return JSON.stringify([place ?? '', holder ?? ''])
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, one) => total + one, 0)
}
