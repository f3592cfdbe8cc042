import type { ProvenEvent } from '../verify/verdict.ts'

// Distances for rules: whole metres, a lower bound, and the same in every engine.

/**
 * 10⁶ · cos of whole degrees of latitude, 0 to 90, rounded. None of them lies nearer than 10⁻⁴ to where rounding turns, a million times what
 * engines differ by in a cosine.
 */
export const COS_E6: readonly number[] = Array.from({ length: 91 }, (_, degrees) =>
  Math.round(1e6 * Math.cos((degrees * Math.PI) / 180)),
)

/** Millimetres of 1e-7 degrees along a meridian, rounded down: 110.57 km a degree at the equator, where it is shortest. */
const MM_PER_E7 = 11
/** A parallel is longer than the great circle between its points; over a quarter of the globe by a tenth. */
const FLATTER_PERCENT = 90

/** Where an event says it was; undefined where it says nothing. */
export interface Point {
  latE7: number
  lonE7: number
  accuracyM: number
}

export function pointOf({ event }: ProvenEvent): Point | undefined {
  const { latE7, lonE7, accuracyM, source } = event['tristamp:geo']
  if (source === 'none' || latE7 === undefined || lonE7 === undefined) return undefined
  return { latE7, lonE7, accuracyM: Math.ceil(accuracyM ?? 0) }
}

/** Metres that lie between two points at least, both positions at the end of their doubt. */
export function metresApart(a: Point, b: Point): number {
  const north = Math.abs(a.latE7 - b.latE7)
  const around = Math.abs(a.lonE7 - b.lonE7)
  const east = Math.min(around, 3_600_000_000 - around)
  const nearPole = Math.min(90, Math.ceil(Math.max(Math.abs(a.latE7), Math.abs(b.latE7)) / 1e7))
  const dy = Math.floor((north * MM_PER_E7) / 1000)
  const dx = Math.floor((Math.floor((east * COS_E6[nearPole]!) / 1_000_000) * MM_PER_E7) / 1000)
  // A square root is exact to the last bit in every engine (IEEE 754).
  const flat = Math.floor(Math.sqrt(dx * dx + dy * dy))
  return Math.max(0, Math.floor((flat * FLATTER_PERCENT) / 100) - a.accuracyM - b.accuracyM)
}

/** Whether a point lies in a polygon of corners (1e-7 degrees, not across the date line). */
export function isInside(point: Point, corners: readonly { latE7: number; lonE7: number }[]): boolean {
  let inside = false
  for (let i = 0, j = corners.length - 1; i < corners.length; j = i++) {
    const a = corners[i]!
    const b = corners[j]!
    if (a.latE7 > point.latE7 === b.latE7 > point.latE7) continue
    // The crossing's longitude, compared without dividing: signs of products of whole numbers.
    const left = BigInt(point.lonE7 - a.lonE7) * BigInt(b.latE7 - a.latE7)
    const right = BigInt(b.lonE7 - a.lonE7) * BigInt(point.latE7 - a.latE7)
    if (b.latE7 > a.latE7 ? left < right : left > right) inside = !inside
  }
  return inside
}

/** A region's border is drawn, and a position measured, no better than this. */
const BORDER_M = 200
/** East, north and between: where a point may lie instead. */
const AROUND = [
  [1, 0],
  [-1, 0],
  [0, 1],
  [0, -1],
  [1, 1],
  [1, -1],
  [-1, 1],
  [-1, -1],
] as const

/** Whether a point lies in a polygon, or so near that three times its accuracy and a border's width reach into it. */
export function isNear(point: Point, corners: readonly { latE7: number; lonE7: number }[]): boolean {
  if (isInside(point, corners)) return true
  const north = Math.ceil(((3 * point.accuracyM + BORDER_M) * 1000) / MM_PER_E7)
  const east = Math.ceil((north * 1_000_000) / COS_E6[Math.min(89, Math.ceil(Math.abs(point.latE7) / 1e7))]!)
  return AROUND.some(([x, y]) =>
    isInside({ ...point, latE7: point.latE7 + y * north, lonE7: point.lonE7 + x * east }, corners),
  )
}
