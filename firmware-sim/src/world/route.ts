import type { Position } from '../device/device.ts'
import { streamSeed, wobble } from '../random.ts'

/** Degrees, WGS 84. */
export interface Point {
  lat: number
  lon: number
}

interface Journey {
  fromMs: number
  untilMs: number
  points: Point[]
  /** Metres from the first point to each. */
  metres: number[]
}

const EARTH_M = 6_371_009
const METRES_PER_DEGREE = (EARTH_M * Math.PI) / 180
const KNOT = 1852 / 3_600_000
/** A standing receiver's position wanders by about so much. */
const WANDER_M = 1.5
const radians = (degrees: number): number => (degrees * Math.PI) / 180

/** Great-circle distance in metres. */
export function distanceM(a: Point, b: Point): number {
  const half = (from: number, to: number): number => Math.sin(radians(to - from) / 2) ** 2
  const h = half(a.lat, b.lat) + Math.cos(radians(a.lat)) * Math.cos(radians(b.lat)) * half(a.lon, b.lon)
  return 2 * EARTH_M * Math.asin(Math.sqrt(h))
}

/** Length of a line of points in metres. */
export function lengthM(points: readonly Point[]): number {
  return marks(points).at(-1) ?? 0
}

/** Where one receiver is, as a function of scenario time. */
export class Route {
  readonly #seed: number
  #journey: Journey

  constructor(at: Point, seed: number, name: string) {
    this.#seed = streamSeed(seed, name)
    this.#journey = { fromMs: 0, untilMs: 0, points: [at], metres: [0] }
  }

  /** Leaves now along the points and arrives at the last one `durationMs` later. */
  travel(points: readonly Point[], nowMs: number, durationMs: number): void {
    const { lat, lon } = this.#on(nowMs)
    const line = [{ lat, lon }, ...points]
    this.#journey = { fromMs: nowMs, untilMs: nowMs + durationMs, points: line, metres: marks(line) }
  }

  at(timeMs: number): Position {
    const here = this.#on(timeMs)
    const slot = Math.floor(timeMs / 1000)
    const wander = (seed: number): number => (WANDER_M * wobble(seed, slot)) / METRES_PER_DEGREE
    return { ...here, lat: here.lat + wander(this.#seed), lon: here.lon + wander(this.#seed + 1) }
  }

  #on(timeMs: number): Position {
    const { fromMs, untilMs, points, metres } = this.#journey
    const total = metres.at(-1) ?? 0
    const moving = timeMs < untilMs && total > 0
    const gone = moving ? (total * (timeMs - fromMs)) / (untilMs - fromMs) : total
    const leg = Math.max(
      1,
      metres.findIndex((mark) => mark >= gone),
    )
    const to = points[leg] ?? points[0] ?? { lat: 0, lon: 0 }
    const from = points[leg - 1] ?? to
    const length = (metres[leg] ?? 0) - (metres[leg - 1] ?? 0)
    const part = length > 0 ? (gone - (metres[leg - 1] ?? 0)) / length : 1
    return {
      lat: from.lat + (to.lat - from.lat) * part,
      lon: from.lon + (to.lon - from.lon) * part,
      altitudeM: 50,
      knots: moving ? total / (untilMs - fromMs) / KNOT : 0,
      course: bearing(from, to),
    }
  }
}

function marks(points: readonly Point[]): number[] {
  let sum = 0
  return points.map((point, i) => {
    const before = points[i - 1]
    if (before) sum += distanceM(before, point)
    return sum
  })
}

/** Degrees clockwise from true north, good enough over a leg of some hundred kilometres. */
function bearing(from: Point, to: Point): number {
  const east = (to.lon - from.lon) * Math.cos(radians(from.lat))
  return (((Math.atan2(east, to.lat - from.lat) * 180) / Math.PI) % 360) + (east < 0 ? 360 : 0)
}
