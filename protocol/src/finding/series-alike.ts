import type { ProvenEvent } from '../verify/verdict.ts'
import { factsOf, type RecordedSeries } from './facts.ts'
import { type Finding, refsOf } from './finding.ts'

/** Readings that are compared at least; fewer agree by chance. */
const LEAST_POINTS = 48
/** So many readings before one foretell what a room does by itself: its cycle, its door, its drift. */
const ORDER = 6
/** Of a series with itself fewer are enough to say that it repeats itself. */
const LEAST_OWN = 12
/** How much what is left of two series agrees, as Student's t² of their correlation: by chance once in some hundred thousand lives. */
const ALIKE = 42
/** What two series share must be so many times what either shares with itself at another time, and they with each other. */
const TIMES_ITS_OWN = 3
/** Nearer in time two thermometers may hang side by side, and feel the same. */
const APART_MS = 3_600_000
/** A leap, as of a door, must not decide: so many times the middle deviation counts of it at most. */
const CLIPPED_AT = 3.7
/** Series that are compared each with each; a hostile ledger may show any number. */
const MAX_SERIES = 48

/** What is left of a series when all is taken away that its own past foretells; NaN where that is not known. */
interface Residue {
  of: RecordedSeries
  values: Float64Array
  /** The most that it agrees with itself. */
  own: number
}

/**
 * SERIES_COPIED, for whoever has time for it: two instruments that, hours apart or more, tell the same chance fluctuations, though each reading differs by a
 * tenth of a degree or so. What a room does by itself is foretold from each series alone and taken away; what is left of two rooms is independent, and of a curve
 * and its copy it is not. Not among the rules of a verdict: it works in fractions, and compares each with each. Detail: points, device, other.
 */
export function seriesAlike(events: readonly ProvenEvent[]): Finding[] {
  const { series } = factsOf(events, NO_NAMES, new Set())
  const all = series.flatMap(residuesOf).slice(0, MAX_SERIES)
  const found: Finding[] = []
  const told = new Set<string>()
  all.forEach((b, i) => {
    for (const a of all.slice(0, i)) {
      if (a.of.everyMs !== b.of.everyMs || a.of.device === b.of.device) continue
      const { t2, points, elsewhere } = mostAlike(a, b)
      if (t2 < ALIKE || t2 < TIMES_ITS_OWN * Math.max(a.own, b.own, elsewhere)) continue
      const [first, second] = refsOf(a.of.of, b.of.of)
      const key = `${first!.entry}.${first!.position}-${second!.entry}.${second!.position}`
      if (told.has(key)) continue
      told.add(key)
      const detail = { points, device: b.of.device, other: a.of.device }
      found.push({
        code: 'SERIES_COPIED',
        severity: 'warning',
        subject: b.of.device,
        events: [first!, second!],
        detail,
      })
    }
  })
  return found
}

const NO_NAMES: Parameters<typeof factsOf>[1] = { products: new Map(), places: new Map(), organisations: new Map() }

function residuesOf(of: RecordedSeries): Residue[] {
  const values = of.milli.length < LEAST_POINTS ? undefined : residue(of.milli)
  if (values === undefined) return []
  let own = 0
  for (let shift = 1; shift <= values.length - LEAST_OWN; shift++)
    own = Math.max(own, agreement(values, values, shift, LEAST_OWN).t2)
  return [{ of, values, own }]
}

/**
 * What the last `ORDER` readings do not foretell of each (linear prediction, Levinson and Durbin), large ones clipped; NaN where one of these is missing.
 * Undefined where next to nothing moves.
 */
function residue(milli: RecordedSeries['milli']): Float64Array | undefined {
  const n = milli.length
  const known = milli.filter((one) => one !== null)
  const mean = known.reduce((sum, one) => sum + one, 0) / known.length
  const centred = milli.map((one) => (one === null ? 0 : one - mean))
  const lagged = Array.from({ length: ORDER + 1 }, (_, lag) => {
    let sum = 0
    for (let i = lag; i < n; i++) sum += centred[i]! * centred[i - lag]!
    return sum / n
  })
  if (known.length < LEAST_POINTS || lagged[0]! < 100) return undefined
  let weights: number[] = []
  let error = lagged[0]! * 1.0001
  for (let k = 1; k <= ORDER; k++) {
    const sum = weights.reduce((rest, weight, j) => rest - weight * lagged[k - 1 - j]!, lagged[k]!)
    const last = sum / error
    weights = [...weights.map((weight, j) => weight - last * weights[k - 2 - j]!), last]
    error *= 1 - last * last
  }
  const left = Float64Array.from({ length: n - ORDER }, (_, i) => {
    if (milli.slice(i, i + ORDER + 1).includes(null)) return Number.NaN
    return weights.reduce((rest, weight, j) => rest - weight * centred[i + ORDER - 1 - j]!, centred[i + ORDER]!)
  })
  const sizes = left
    .filter((one) => !Number.isNaN(one))
    .map(Math.abs)
    .sort()
  const most = CLIPPED_AT * (sizes[sizes.length >> 1] ?? 0)
  return most > 0 ? left.map((one) => Math.max(-most, Math.min(most, one))) : undefined
}

/**
 * The best agreement of two series at any shift, but where they were read at nearly one time; and the best at any other shift: rooms with the same cycle agree
 * once in each of them.
 */
function mostAlike(a: Residue, b: Residue): { t2: number; points: number; elsewhere: number } {
  const least = LEAST_POINTS - ORDER
  const first = least - b.values.length
  const all = Array.from({ length: Math.max(0, a.values.length - least - first + 1) }, (_, i) => {
    const apart = Math.abs(a.of.fromMs + (first + i) * a.of.everyMs - b.of.fromMs)
    if (apart < APART_MS + doubtOf(a) + doubtOf(b)) return { t2: 0, points: 0 }
    return agreement(a.values, b.values, first + i, least)
  })
  const at = all.reduce((best, { t2 }, i) => (t2 > all[best]!.t2 ? i : best), 0)
  const elsewhere = all.reduce((most, { t2 }, i) => (Math.abs(i - at) > 1 ? Math.max(most, t2) : most), 0)
  return { ...(all[at] ?? { t2: 0, points: 0 }), elsewhere }
}

/** Student's t² of the correlation of `a` from `shift` on with `b`; 0 where they go against each other, or overlap too little. */
function agreement(a: Float64Array, b: Float64Array, shift: number, least: number): { t2: number; points: number } {
  const from = Math.max(0, shift)
  const end = Math.min(a.length, b.length + shift)
  if (end - from < least) return { t2: 0, points: 0 }
  let [points, sumA, sumB, squaresA, squaresB, products] = [0, 0, 0, 0, 0, 0]
  for (let i = from; i < end; i++) {
    const [x, y] = [a[i]!, b[i - shift]!]
    const product = x * y
    if (Number.isNaN(product)) continue
    points++
    sumA += x
    sumB += y
    squaresA += x * x
    squaresB += y * y
    products += product
  }
  const together = products - (sumA * sumB) / points
  const spread = (squaresA - (sumA * sumA) / points) * (squaresB - (sumB * sumB) / points)
  if (points < least || together <= 0 || spread <= 0) return { t2: 0, points }
  const r2 = Math.min(0.999999, (together * together) / spread)
  return { t2: (r2 * (points - 2)) / (1 - r2), points }
}

function doubtOf({ of }: Residue): number {
  return of.of.event['tristamp:clock'].uncertaintyMs
}
