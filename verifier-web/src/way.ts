// The way of what carried the goods, from the evidence that a place stamp names. Loaded when there is one.
import { decodeRoute, type EvidenceId, isEvidence, ProtocolError, type RoutePoint } from '@tristamp/protocol'
import { fetchEvidence } from './fetch-beside.ts'
import { FetchError } from './fetch-history.ts'
import { metresAlong, type Position } from './position.ts'

/** A way as it is drawn: a path in a box of `width` by `height`, north up, both directions to one scale. */
export interface Way {
  path: string
  width: number
  height: number
  start: { x: number; y: number }
  end: { x: number; y: number }
  metres: number
  fromMs: number
  toMs: number
  points: number
}

/** What came of it. `differs`: what the ledger gave is not what the stamp names, or no way at all. */
export type WayFound = { state: 'agrees'; way: Way } | { state: 'differs' | 'missing' | 'offline' }

const WIDTH = 600
const HEIGHT = 160
/** A way straight to the north is a line in the middle, not one that fills the box. */
const LEAST_SPAN = 1e-9

/** Fetches a way by its digest, and draws it when the bytes have that digest. */
export async function findWay(id: EvidenceId): Promise<WayFound> {
  try {
    const bytes = await fetchEvidence(id)
    return bytes === undefined ? { state: 'missing' } : wayIn(id, bytes)
  } catch (error) {
    if (error instanceof FetchError) return { state: 'offline' }
    throw error
  }
}

/** The same for bytes that are here. */
export function wayIn(id: EvidenceId, bytes: Uint8Array): WayFound {
  if (!isEvidence(id, bytes)) return { state: 'differs' }
  try {
    return { state: 'agrees', way: drawn(decodeRoute(bytes)) }
  } catch (error) {
    if (error instanceof ProtocolError) return { state: 'differs' }
    throw error
  }
}

/** Longitudes shrink towards the poles, so that a kilometre is as long in every direction. */
function drawn(points: readonly RoutePoint[]): Way {
  const [first, last] = [points[0]!, points.at(-1)!]
  const middle = points.reduce((sum, { latE5 }) => sum + latE5, 0) / points.length
  const shrink = Math.cos((middle / 1e5) * (Math.PI / 180))
  // From the first point on the short way round, so that the 180th meridian does not tear the line.
  const flat = points.map(({ latE5, lonE5 }) => ({ x: shortWay(lonE5 - first.lonE5) * shrink, y: -latE5 }))
  const [xs, ys] = [flat.map(({ x }) => x), flat.map(({ y }) => y)]
  const [left, top] = [Math.min(...xs), Math.min(...ys)]
  const [spanX, spanY] = [Math.max(...xs) - left, Math.max(...ys) - top]
  const scale = Math.min(WIDTH / Math.max(spanX, LEAST_SPAN), HEIGHT / Math.max(spanY, LEAST_SPAN), 1e6)
  const [offX, offY] = [(WIDTH - spanX * scale) / 2, (HEIGHT - spanY * scale) / 2]
  const round = (value: number): number => Math.round(value * 10) / 10
  const placed = flat.map(({ x, y }) => ({ x: round((x - left) * scale + offX), y: round((y - top) * scale + offY) }))
  return {
    path: placed.map(({ x, y }, i) => `${i === 0 ? 'M' : 'L'}${x} ${y}`).join(''),
    width: WIDTH,
    height: HEIGHT,
    start: placed[0]!,
    end: placed.at(-1)!,
    metres: metresAlong(points.map(positionOf)),
    fromMs: first.s * 1000,
    toMs: last.s * 1000,
    points: points.length,
  }
}

function positionOf({ latE5, lonE5 }: RoutePoint): Position {
  return { latE7: latE5 * 100, lonE7: lonE5 * 100, accuracyM: 0 }
}

function shortWay(deltaE5: number): number {
  const turn = 36_000_000
  return deltaE5 - Math.round(deltaE5 / turn) * turn
}
