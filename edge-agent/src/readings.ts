import type { Moment } from './clock.ts'
import type { Quantity } from './driver/index.ts'
import { addFlaws, type Flaws, flawsOf, type Unused } from './flaws.ts'

/** One poll of an instrument: its values, or none where there should have been some. */
export interface Sample {
  moment: Moment
  quantities: Quantity[]
  /** With no quantities: why there are none. */
  unused?: Unused
}

/** What one quantity was for a while, in thousandths of its unit. Extremes and mean stay exact when samples are merged. */
export interface Span extends Extent {
  fromMs: number
  toMs: number
}

interface Extent {
  min: number
  max: number
  sum: number
  count: number
  last: number
}

interface Entry {
  fromMs: number
  /** Until when the values hold: the next sample, unless that came too late and there is a gap. */
  toMs: number
  /** Of the last sample in it. */
  moment: Moment
  extents: ReadonlyMap<string, Extent>
  /** Readings that are not used; under '' those of all quantities. */
  flaws: ReadonlyMap<string, Flaws>
}

/** Two days at a sample a minute stay exact; then neighbours of the older half are merged, which halves its resolution. */
const MAX_ENTRIES = 2880

/** A sample later than so many periods after the one before leaves a gap: one poll may be late, two may not … */
const GAP_PERIODS = 2.5
/** … and a busy machine may be late by this in any case, however fast it polls. */
const LATE_MS = 1000

/** The recent readings of one instrument, bounded. */
export class Readings {
  readonly #everyMs: number
  readonly #gapMs: number
  readonly #place: (moment: Moment) => number
  readonly #units = new Map<string, string>()
  readonly #corrections = new Map<string, number | 'unknown'>()
  #entries: Entry[] = []
  /** Some entries are from before the clock was set. */
  #early: boolean = false

  /** `place` gives the UTC of a moment as it is known now (Clock.place). `gapMs`: how long a value holds without the next one. */
  constructor(everyMs: number, place: (moment: Moment) => number, gapMs?: number) {
    this.#everyMs = everyMs
    this.#gapMs = gapMs ?? Math.max(everyMs * GAP_PERIODS, everyMs + LATE_MS)
    this.#place = place
  }

  add({ moment, quantities, unused }: Sample): void {
    if (moment.source === 'none') this.#early = true
    this.#placeEarly()
    const extents = new Map<string, Extent>()
    for (const { type, milli, uom, flag, correctionMilli } of quantities) {
      this.#units.set(type, uom)
      if (correctionMilli !== undefined) this.#corrections.set(type, correctionMilli)
      if (flag === undefined) extents.set(type, { min: milli, max: milli, sum: milli, count: 1, last: milli })
    }
    const previous = this.#entries.at(-1)
    if (previous) previous.toMs = this.#holdsTo(previous, moment, extents.size > 0)
    this.#entries.push({ fromMs: moment.ms, toMs: moment.ms, moment, extents, flaws: flawsOf(quantities, unused) })
    // What could not be merged (values and failures in turn) is given up, oldest first: memory is bounded, whatever comes.
    if (this.#entries.length > MAX_ENTRIES) this.#entries = mergeOlderHalf(this.#entries).slice(-MAX_ENTRIES)
  }

  /** The unit of each quantity that this instrument has given. */
  get units(): ReadonlyMap<string, string> {
    return this.#units
  }

  /** What the instrument itself adds to each quantity, as far as it said. */
  get corrections(): ReadonlyMap<string, number | 'unknown'> {
    return this.#corrections
  }

  /** The readings of a quantity from `fromMs` to `toMs` (UTC, both included) that are not used. */
  flaws(type: string, fromMs: number, toMs: number): Flaws {
    this.#placeEarly()
    const found = this.#entries.filter((entry) => entry.fromMs >= fromMs && entry.fromMs <= toMs)
    return addFlaws(found.flatMap(({ flaws }) => [flaws.get(type), flaws.get('')]))
  }

  /**
   * What a quantity was from `fromMs` to `toMs` (UTC, both included), oldest first. A value holds until the next one that came in time, so the
   * one from just before the interval belongs to it, and so does the last one while no poll has been missed.
   */
  spans(type: string, fromMs: number, toMs: number, now: Moment): Span[] {
    this.#placeEarly()
    const found: Span[] = []
    for (const [i, entry] of this.#entries.entries()) {
      const isLast = i === this.#entries.length - 1
      const endMs = isLast ? this.#holdsTo(entry, now, true) : entry.toMs
      const extent = entry.extents.get(type)
      if (!extent || endMs < fromMs || entry.fromMs > toMs) continue
      found.push({ ...extent, fromMs: Math.max(entry.fromMs, fromMs), toMs: Math.min(endMs, toMs) })
    }
    return found
  }

  /**
   * Until when an entry holds: up to `next` if that is a value that came in time, else for one period: what was after that nobody knows. Periods
   * are counted by the boot's own clock, which no change of the time moves.
   */
  #holdsTo(entry: Entry, next: Moment, hasValue: boolean): number {
    const { moment, toMs } = entry
    const elapsedMs = next.monotonicMs - moment.monotonicMs
    const span = next.ms - moment.ms
    if (moment.bootId !== next.bootId || elapsedMs <= 0 || span <= 0) return toMs
    const inTime = elapsedMs <= this.#gapMs
    const share = inTime && hasValue ? 1 : Math.min(1, this.#everyMs / elapsedMs)
    return Math.max(toMs, moment.ms + Math.round(span * share))
  }

  /** Samples from before the clock was set get their time, once, when it is. */
  #placeEarly(): void {
    if (!this.#early) return
    this.#early = false
    for (const entry of this.#entries) {
      const { moment } = entry
      if (moment.source !== 'none') continue
      const ms = this.#place(moment)
      if (ms === moment.ms) {
        this.#early = true
        continue
      }
      entry.toMs += ms - moment.ms
      entry.fromMs += ms - moment.ms
      entry.moment = { ...moment, ms, source: 'gnss' }
    }
  }
}

function mergeOlderHalf(entries: readonly Entry[]): Entry[] {
  const half = Math.floor(entries.length / 4) * 2
  const merged: Entry[] = []
  for (let i = 0; i < half; i += 2) merged.push(...merge(entries[i]!, entries[i + 1]!))
  return [...merged, ...entries.slice(half)]
}

function mergeFlaws(a: ReadonlyMap<string, Flaws>, b: ReadonlyMap<string, Flaws>): ReadonlyMap<string, Flaws> {
  if (a.size === 0) return b
  if (b.size === 0) return a
  return new Map([...new Set([...a.keys(), ...b.keys()])].map((type) => [type, addFlaws([a.get(type), b.get(type)])]))
}

/** Two neighbours as one; a gap between them, or where a value meets the lack of one, must stay visible, so those are left as they are. */
function merge(a: Entry, b: Entry): Entry[] {
  const empty = a.extents.size === 0 && b.extents.size === 0
  if ((a.toMs < b.fromMs && !empty) || a.extents.size !== b.extents.size) return [a, b]
  const extents = new Map<string, Extent>()
  for (const [type, y] of b.extents) {
    const x = a.extents.get(type)
    if (!x) return [a, b]
    extents.set(type, {
      min: Math.min(x.min, y.min),
      max: Math.max(x.max, y.max),
      sum: x.sum + y.sum,
      count: x.count + y.count,
      last: y.last,
    })
  }
  return [{ fromMs: a.fromMs, toMs: b.toMs, moment: b.moment, extents, flaws: mergeFlaws(a.flaws, b.flaws) }]
}
