import type { SignedStep } from '../event/correction.ts'
import type { GroundEvent, Hold, HoldGround, ProductLimits, Release } from '../event/governance-types.ts'
import { breachOf, type OutsideReading, readingsOutside } from '../finding/breach.ts'
import { lotOf, productOf } from '../subject.ts'
import { type GoodsNames, type OrderAct, ordersAbout } from './orders.ts'
import type { ProvenHold } from './verdict.ts'

/** What a product's registration said of its limits, from an entry on. */
export interface LimitsAct {
  entry: number
  product: string
  limits: ProductLimits | undefined
}

/** What grounds of holds are reckoned from: proven records, and the registrations in the order of the log. */
export interface GroundRecords {
  events: readonly SignedStep[]
  limits: readonly LimitsAct[]
}

/**
 * The holds that are about goods, those that stand first, each with its ground reckoned again (docs/spec/governance.md, Holds).
 * @param sealedMs when the block of an entry was sealed, where that is known
 */
export function holdsOf(
  goods: GoodsNames,
  acts: readonly OrderAct[],
  records: GroundRecords,
  sealedMs: (entry: number) => number | undefined,
): ProvenHold[] {
  const orders = ordersAbout<Hold, Release>(goods, acts, { begin: 'hold', end: 'release' })
  const newestFirst = orders.sort(
    (a, b) => Number(a.end !== undefined) - Number(b.end !== undefined) || b.first.entry - a.first.entry,
  )
  let reckoned = 0
  return newestFirst.map(({ first, about, end }): ProvenHold => {
    const { operation: hold, entry, position } = first
    const { ground } = hold
    const sealedAtMs = sealedMs(entry)
    const standing = (): ProvenHold['ground'] => {
      if (ground === undefined) return 'none'
      if (++reckoned > MAX_RECKONED) return 'unchecked'
      return isShown(hold, ground, first, acts, records) ? 'shown' : 'missing'
    }
    return {
      hold,
      about,
      entry,
      position,
      since: first.at,
      byLedger: first.byLedger,
      ground: standing(),
      ...(sealedAtMs !== undefined && { sealedAtMs }),
      ...(end !== undefined && { released: { entry: end.entry, at: end.at, reason: end.operation.reason } }),
    }
  })
}

/** A lot is held a few times in its life; a hostile ledger may hold it thousands of times. */
const MAX_RECKONED = 32

/** The goods go no further, now. */
export function isHeld({ released }: ProvenHold): boolean {
  return released === undefined
}

/** Whether the records show the ground as the hold tells it: these readings, on this way, under these limits, by so much. */
function isShown(
  { subjects }: Hold,
  { product, limits, way, readings, ...told }: HoldGround,
  { entry }: OrderAct,
  acts: readonly OrderAct[],
  records: GroundRecords,
): boolean {
  const [thing] = way
  const before = records.events.filter((one) => one.entry < entry)
  if (thing === undefined || productOf(thing) !== product) return false
  const lot = subjects.find((named) => named === thing || before.some(({ event }) => lotOf(event, thing) === named))
  if (lot === undefined) return false
  const settled = settledBefore(lot, entry, acts)
  const named = new Set(readings.map(nameOf))
  const found = countedReadings(way, product, limits, { ...records, events: before }, settled)
  const breach = breachOf(
    found.filter(({ reading }) => named.has(nameOf(reading))),
    limits,
  )
  return (
    breach?.readings.length === readings.length &&
    breach.lowestMilliC === told.lowestMilliC &&
    breach.highestMilliC === told.highestMilliC &&
    breach.outsideMs === told.outsideMs
  )
}

/**
 * The ground on which the lot of these goods is held as of these records, or undefined. A reader reckons it again from the same records.
 * @param settled entry from which on readings count: what persons let go before is decided
 */
export function groundOf(way: readonly string[], records: GroundRecords, settled: number): HoldGround | undefined {
  const product = productOf(way[0] ?? '')
  const limits = product === undefined ? undefined : limitsAt(records.limits, product, Number.POSITIVE_INFINITY)
  if (product === undefined || limits === undefined) return undefined
  const breach = breachOf(countedReadings(way, product, limits, records, settled), limits)
  return breach && { product, limits, way: [...way], ...breach }
}

/** Readings outside, recorded while these limits were in force and not settled. */
function countedReadings(
  way: readonly string[],
  product: string,
  limits: ProductLimits,
  records: GroundRecords,
  settled: number,
): OutsideReading[] {
  return readingsOutside(way, records.events, limits).filter(
    ({ reading: { entry } }) => entry >= settled && isSame(limitsAt(records.limits, product, entry), limits),
  )
}

function nameOf({ entry, position, eventID }: GroundEvent): string {
  return `${entry}.${position} ${eventID}`
}

/** What was recorded before persons let a lot go is settled: from this entry on readings count again. */
function settledBefore(lot: string, entry: number, acts: readonly OrderAct[]): number {
  const held = new Set(
    acts.flatMap(({ operation }) =>
      operation.op === 'hold' && operation.subjects.includes(lot) ? [operation.id] : [],
    ),
  )
  return acts
    .filter((act) => act.operation.op === 'release' && held.has(act.operation.id) && act.entry < entry)
    .reduce((last, act) => Math.max(last, act.entry), 0)
}

/** The limits of a product in force when an entry was recorded. */
function limitsAt(acts: readonly LimitsAct[], product: string, entry: number): ProductLimits | undefined {
  return acts.filter((act) => act.product === product && act.entry < entry).at(-1)?.limits
}

function isSame(a: ProductLimits | undefined, b: ProductLimits): boolean {
  return FIELDS.every((field) => a?.[field] === b[field])
}

const FIELDS = ['minMilliC', 'maxMilliC', 'toleranceS', 'maxKineticMilliC'] as const
