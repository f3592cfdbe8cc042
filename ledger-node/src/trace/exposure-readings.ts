import { breaks, brokenSpans, covered, type Limits, type Span } from './broken-time.ts'
import type { View } from './containment.ts'
import { isoTime, type Proof, proofOf } from './proof.ts'
import type { Reading } from './readings.ts'
import type { FoundSeries, SeriesFinder } from './series.ts'

export interface ReadingView {
  from?: string
  until?: string
  minMilli?: number
  maxMilli?: number
  alarm: boolean
  broken: boolean
  /** Of a broken one: how long it counts as broken, and what says so: a series in the event, one that it names, or nothing but the interval. */
  brokenMs?: number
  by?: 'event' | 'evidence' | 'interval'
  /** What it was taken in or at. */
  of: string
  proof: Proof
}

/** What was met between two times. */
export interface Met {
  minMilli?: number
  maxMilli?: number
  brokenMs: number
  /** Readings that broke, by number. */
  broken: number[]
}

interface Known {
  reading: Reading
  of: number
  broken: boolean
  /** When it counts as broken. */
  spans: readonly Span[]
  by: 'event' | 'evidence' | 'interval'
}

/** Series that are looked up for one answer; of a truck's whole life the rest counts by its intervals. */
const MAX_SERIES = 2000

/** The readings of an answer, each once, by number. */
export class ExposureReadings {
  readonly #view: View
  readonly #limits: Limits
  readonly #all: Known[] = []
  readonly #numbers = new Map<string, number>()

  constructor(view: View, limits: Limits) {
    this.#view = view
    this.#limits = limits
  }

  get count(): number {
    return this.#all.length
  }

  /** Numbers of an event's readings that reach into a time. */
  take(event: number, of: number, from: number, to: number): number[] {
    const found: number[] = []
    for (const [i, reading] of this.#view.graph.readings(event).entries()) {
      if (reading.to < from || reading.from > to) continue
      const key = `${event} ${i}`
      let number = this.#numbers.get(key)
      if (number === undefined) {
        const broken = breaks(reading, this.#limits)
        const spans = broken ? [{ from: reading.from, to: reading.to }] : []
        number = this.#all.push({ reading, of, broken, spans, by: 'interval' }) - 1
        this.#numbers.set(key, number)
      }
      found.push(number)
    }
    return found
  }

  /** Looks up when broken readings were outside of the limits, where a series tells it. Answers whether it looked up all. */
  async refine(series: SeriesFinder): Promise<boolean> {
    let left = MAX_SERIES
    for (const known of this.#all) {
      const { reading, broken } = known
      if (!broken || reading.series === undefined) continue
      if (left-- === 0) return false
      const found: FoundSeries | undefined = await series.find(reading.series)
      const spans = found && brokenSpans(found, reading, this.#limits)
      if (found === undefined || spans === undefined) continue
      known.spans = spans
      known.by = found.told
    }
    return true
  }

  /** What the readings say of a time. @param numbers which of them */
  met(numbers: Iterable<number>, from: number, to: number): Met {
    let [least, most] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]
    const broken: number[] = []
    const spans: Span[] = []
    for (const n of new Set(numbers)) {
      const known = this.#all[n]!
      const { reading } = known
      if (reading.from > to || reading.to < from) continue
      if (reading.min < least) least = reading.min
      if (reading.max > most) most = reading.max
      if (!known.broken) continue
      broken.push(n)
      for (const span of known.spans) spans.push(span)
    }
    return {
      ...(Number.isFinite(least) && { minMilli: least }),
      ...(Number.isFinite(most) && { maxMilli: most }),
      brokenMs: covered(spans, from, to),
      broken,
    }
  }

  row(n: number): ReadingView {
    const { graph } = this.#view
    const { reading, of, broken, spans, by } = this.#all[n]!
    const { from, to, min, max, alarm, event } = reading
    return {
      ...timesOf(from, to),
      ...(!Number.isNaN(min) && { minMilli: min }),
      ...(!Number.isNaN(max) && { maxMilli: max }),
      alarm,
      broken,
      ...(broken && { brokenMs: covered(spans, from, to), by }),
      of: graph.names.text(of),
      proof: proofOf(graph, event),
    }
  }
}

/** A time as answers tell it; what nothing tells is left out. */
export function timesOf(from: number, to: number): { from?: string; until?: string } {
  const [begin, end] = [isoTime(from), isoTime(to)]
  return { ...(begin !== undefined && { from: begin }), ...(end !== undefined && { until: end }) }
}
