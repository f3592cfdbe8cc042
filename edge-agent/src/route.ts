import { readFileSync, renameSync, writeFileSync } from 'node:fs'
import { decodeRoute, encodeRoute, MAX_ROUTE_POINTS, metresOff, type RoutePoint, thinRoute } from '@tristamp/protocol'
import { isPlausible } from './clock-plausible.ts'
import type { Measurement } from './driver/index.ts'

type Fix = Measurement & { kind: 'fix' }

/** A point each so often, or each so far. */
const EVERY_S = 5
const EVERY_M = 20
/** How exactly a way is kept, and how exactly it is told. */
const KEPT_M = 10
const TOLD_M = 20
/** When all is full it is made coarser, to this: room for some hours. */
const KEPT_POINTS = 3072
/** Of one event: 3 kB, and a day's way in some 500 turns and stops. */
const TOLD_POINTS = 512
/** What never left this circle has no way to tell. */
const STILL_M = 100
/** Fresh goods are not on the road for longer. */
const KEPT_S = 7 * 86_400
/** A receiver that was corrected takes its own future back. */
const BACK_S = 60
const WRITE_EVERY_MS = 60_000

/** The way of something that moves, bounded, kept over restarts. */
export class RouteRecorder {
  readonly #file: string | undefined
  #points: RoutePoint[]
  #dirty: boolean = false
  #writtenMs = Number.NEGATIVE_INFINITY

  constructor(file?: string) {
    this.#file = file
    this.#points = file === undefined ? [] : read(file)
  }

  get length(): number {
    return this.#points.length
  }

  take({ utcMs, latE7, lonE7 }: Fix): void {
    if (!isPlausible(utcMs)) return
    const point = { s: Math.floor(utcMs / 1000), latE5: Math.round(latE7 / 100), lonE5: Math.round(lonE7 / 100) }
    const before = this.#points.at(-1)
    if (before !== undefined && point.s < before.s - BACK_S) this.#points = this.#points.filter(({ s }) => s < point.s)
    const last = this.#points.at(-1)
    if (last !== undefined) {
      if (point.s <= last.s) return
      if (point.s - last.s < EVERY_S && metresOff(point, last, last) < EVERY_M) return
    }
    this.#points.push(point)
    this.#dirty = true
    if (this.#points.length < MAX_ROUTE_POINTS) return
    const recent = this.#points.filter(({ s }) => s > point.s - KEPT_S)
    this.#points = coarse(recent, KEPT_M, KEPT_POINTS)
  }

  /** The way from one time to another as evidence; undefined where there was none. */
  between(fromMs: number, toMs: number): Uint8Array | undefined {
    const way = this.#points.filter(({ s }) => s * 1000 >= fromMs && s * 1000 <= toMs)
    const [first] = way
    if (first === undefined || way.every((point) => metresOff(point, first, first) < STILL_M)) return undefined
    return encodeRoute(coarse(way, TOLD_M, TOLD_POINTS))
  }

  /** Writes what has changed, when it is time. What is lost with the last minute are a few turns. */
  tick(nowMs: number): void {
    if (nowMs - this.#writtenMs < WRITE_EVERY_MS) return
    this.#writtenMs = nowMs
    this.save()
  }

  /** Writes what has changed. */
  save(): void {
    if (!this.#dirty || this.#file === undefined) return
    this.#dirty = false
    try {
      writeFileSync(`${this.#file}.new`, encodeRoute(this.#points), { mode: 0o600 })
      renameSync(`${this.#file}.new`, this.#file)
    } catch {
      // A full disk is told by the outbox.
    }
  }
}

/** Thinned by as much as it takes to have no more than so many points. */
function coarse(points: readonly RoutePoint[], toleranceM: number, most: number): RoutePoint[] {
  for (let metres = toleranceM; ; metres *= 2) {
    const thinned = thinRoute(points, metres)
    if (thinned.length <= most) return thinned
  }
}

function read(file: string): RoutePoint[] {
  try {
    return decodeRoute(new Uint8Array(readFileSync(file)))
  } catch {
    return []
  }
}
