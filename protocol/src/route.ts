import { decodeCbor, encodeCbor } from './cbor.ts'
import { ProtocolError } from './error.ts'
import { EVIDENCE_BYTES } from './evidence.ts'
import { isUint } from './shape.ts'

// The way of a vehicle between stamps, as evidence that a place stamp names (docs/spec/route.md).

/** Where it was: UTC in seconds, WGS 84 in 1e-5 degrees, which is about a metre. */
export interface RoutePoint {
  s: number
  latE5: number
  lonE5: number
}

/** A day at a point every 20 seconds, and some 30 kB. */
export const MAX_ROUTE_POINTS = 4096
const TAG = 'tristamp-route/1'
const MAX_LAT_E5 = 9_000_000
const MAX_LON_E5 = 18_000_000
/** 1e-5 degrees of latitude. */
const METRES = 1.113_195

/**
 * A route as bytes: canonical CBOR `["tristamp-route/1", [s, lat, lon, Δs, Δlat, Δlon, …]]`, the first point as it is, every other as the
 * difference to the one before.
 * @throws ProtocolError ROUTE_MALFORMED for what `decodeRoute` would not read back
 */
export function encodeRoute(points: readonly RoutePoint[]): Uint8Array {
  checkRoute(points)
  let before: RoutePoint = { s: 0, latE5: 0, lonE5: 0 }
  const numbers = points.flatMap((point) => {
    const { s, latE5, lonE5 } = before
    before = point
    return [point.s - s, point.latE5 - latE5, point.lonE5 - lonE5]
  })
  return encodeCbor([TAG, numbers])
}

/**
 * Reads a route: 1 to 4,096 points, their times rising, within the Earth.
 * @throws ProtocolError ROUTE_MALFORMED
 */
export function decodeRoute(bytes: Uint8Array): RoutePoint[] {
  let value: unknown
  try {
    value = decodeCbor(bytes, { maxBytes: EVIDENCE_BYTES, maxDepth: 2 })
  } catch (cause) {
    throw new ProtocolError('ROUTE_MALFORMED', 'a route is canonical CBOR', { cause })
  }
  const [tag, numbers] = Array.isArray(value) && value.length === 2 ? (value as unknown[]) : []
  if (tag !== TAG || !isNumbers(numbers) || numbers.length % 3 !== 0 || numbers.length > 3 * MAX_ROUTE_POINTS)
    return malformed(`expected ["${TAG}", [s, lat, lon, …]]`)
  const points: RoutePoint[] = []
  let [s, latE5, lonE5] = [0, 0, 0]
  for (let i = 0; i < numbers.length; i += 3) {
    s += numbers[i]!
    latE5 += numbers[i + 1]!
    lonE5 += numbers[i + 2]!
    points.push({ s, latE5, lonE5 })
  }
  checkRoute(points)
  return points
}

/**
 * Fewer points of a way that is never further than `toleranceM` from where it was at any of the others' times, moving evenly between the
 * points that are kept: so stops and speed stay, not only the line (Douglas–Peucker over time). First and last stay.
 */
export function thinRoute(points: readonly RoutePoint[], toleranceM: number): RoutePoint[] {
  if (points.length <= 2) return [...points]
  const kept = new Uint8Array(points.length)
  kept[0] = 1
  kept[points.length - 1] = 1
  // A list of ranges instead of recursion: a hostile zigzag is as deep as it is long.
  const ranges: [number, number][] = [[0, points.length - 1]]
  for (let range = ranges.pop(); range !== undefined; range = ranges.pop()) {
    const [from, to] = range
    let worst = toleranceM
    let at = 0
    for (let i = from + 1; i < to; i++) {
      const apart = metresOff(points[i]!, points[from]!, points[to]!)
      if (apart > worst) [worst, at] = [apart, i]
    }
    if (at === 0) continue
    kept[at] = 1
    ranges.push([from, at], [at, to])
  }
  return points.filter((_, i) => kept[i] === 1)
}

/** Metres between a point and where something that moves evenly from one point to another is at its time. */
export function metresOff(point: RoutePoint, from: RoutePoint, to: RoutePoint): number {
  const share = to.s === from.s ? 0 : (point.s - from.s) / (to.s - from.s)
  const lat = point.latE5 - from.latE5 - share * (to.latE5 - from.latE5)
  const lon = shortWay(point.lonE5 - from.lonE5) - share * shortWay(to.lonE5 - from.lonE5)
  const shrink = Math.cos((point.latE5 / 1e5) * (Math.PI / 180))
  return Math.hypot(lat, lon * shrink) * METRES
}

/** The difference of two longitudes the short way round. */
function shortWay(deltaE5: number): number {
  if (deltaE5 > MAX_LON_E5) return deltaE5 - 2 * MAX_LON_E5
  return deltaE5 < -MAX_LON_E5 ? deltaE5 + 2 * MAX_LON_E5 : deltaE5
}

function checkRoute(points: readonly RoutePoint[]): void {
  if (points.length === 0 || points.length > MAX_ROUTE_POINTS) malformed(`a route has 1 to ${MAX_ROUTE_POINTS} points`)
  let last = -1
  for (const { s, latE5, lonE5 } of points) {
    if (!isUint(s) || s <= last) malformed('its times rise')
    if (!isWithin(latE5, MAX_LAT_E5) || !isWithin(lonE5, MAX_LON_E5)) malformed('its points are on the Earth')
    last = s
  }
}

function isWithin(value: number, max: number): boolean {
  return Number.isSafeInteger(value) && Math.abs(value) <= max
}

function isNumbers(value: unknown): value is number[] {
  return Array.isArray(value) && value.every((one) => Number.isSafeInteger(one))
}

function malformed(what: string): never {
  throw new ProtocolError('ROUTE_MALFORMED', what)
}
