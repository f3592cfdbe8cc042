import type { Limits } from '../config-types.ts'
import type { Span } from '../readings.ts'

/** The last hours of one quantity of one instrument. */
export interface Chart {
  device: string
  type: string
  uom: string
  fromMs: number
  toMs: number
  limits: Limits | null
  /** [from, to, min, max, last] in ms after `fromMs` and thousandths of the unit, oldest first. Where one does not begin at the end of the one before, there is a gap. */
  spans: [from: number, to: number, min: number, max: number, last: number][]
}

export const HOURS_MS: number = 6 * 3_600_000
/** A gateway that has just been started shows what it has on an axis of this length. */
const SHORTEST_MS = 600_000
/** Points across: more than a small drawing has pixels for are merged. */
const PIECES = 180
const MOST = 400

/** From when a chart reaches to `nowMs`. */
export function chartStart(firstMs: number | undefined, nowMs: number): number {
  return Math.min(nowMs - SHORTEST_MS, Math.max(nowMs - HOURS_MS, firstMs ?? nowMs))
}

/** Spans as few, with their extremes, and every gap between them kept. */
export function pieces(spans: readonly Span[], fromMs: number, toMs: number): Chart['spans'] {
  const width = Math.max(1, (toMs - fromMs) / PIECES)
  const made: Chart['spans'] = []
  for (const { fromMs: start, toMs: end, min, max, last } of spans) {
    const [from, to] = [Math.max(0, Math.round(start - fromMs)), Math.round(end - fromMs)]
    const before = made.at(-1)
    const together = before && from <= before[1] && Math.floor(before[0] / width) === Math.floor(from / width)
    if (together) made[made.length - 1] = [before[0], to, Math.min(before[2], min), Math.max(before[3], max), last]
    else made.push([from, to, min, max, last])
  }
  return made.slice(-MOST)
}
