// What a gateway says of whole intervals of measuring: lowest, mean and highest, how long outside the limits, and what of it was used.
import type { Journey } from './journey.ts'
import type { LocalTime } from './local-time.ts'
import type { Span } from './temperature.ts'

/** One instrument's interval, as its record sums it up. Temperatures in milli-°C; `aboveMs` and `belowMs` are there where limits applied. */
export interface Interval extends Span {
  /** Of the record, as the page counts them. */
  number: number
  station: string
  offset: LocalTime['offset']
  minMilli?: number
  meanMilli?: number
  maxMilli?: number
  aboveMs?: number
  belowMs?: number
  gapMs: number
  used: number
  /** Readings that failed a check, or never came. */
  unused: number
}

const milliOf = (celsius: number | undefined): number | undefined =>
  celsius === undefined ? undefined : Math.round(celsius * 1000)

/** The intervals of the journey's stops that lie within the stay: those that began earlier speak of other goods, too. Oldest first. */
export function intervalsOf({ stops }: Journey): Interval[] {
  const found = stops.flatMap((stop) =>
    stop.records.flatMap(({ event, number, at }) =>
      (event.sensorElementList ?? []).flatMap((element): Interval[] => {
        const sums = element['tristamp:summary']?.['Temperature']
        const report = element.sensorReport.find(({ type }) => type === 'Temperature')
        const { startTime, endTime, deviceID = '' } = element.sensorMetadata ?? {}
        const [fromMs, toMs] = [Date.parse(startTime ?? ''), Date.parse(endTime ?? '')]
        if (sums === undefined || report === undefined || Number.isNaN(fromMs) || Number.isNaN(toMs)) return []
        const device = report.deviceID ?? deviceID
        const silent = report.minValue === undefined && report.value === undefined
        const inside = fromMs >= stop.from.ms && toMs <= stop.to.ms
        const told = stop.readings.some(
          (r) => r.device === device && r.fromMs === fromMs && r.toMs === toMs && r.minMilli !== undefined,
        )
        if (!(silent ? inside : told)) return []
        const { ok, suspect = 0, bad = 0, missing = 0, gapMs = 0, aboveMs, belowMs } = sums
        const values = {
          minMilli: milliOf(report.minValue ?? report.value),
          meanMilli: milliOf(report.meanValue),
          maxMilli: milliOf(report.maxValue ?? report.value),
          aboveMs,
          belowMs,
        }
        const given = Object.entries(values).filter(([, value]) => value !== undefined)
        const { station } = stop
        const counts = { gapMs, used: ok, unused: suspect + bad + missing }
        return [{ number, station, offset: at.offset, fromMs, toMs, ...counts, ...Object.fromEntries(given) }]
      }),
    ),
  )
  return found.sort((a, b) => a.fromMs - b.fromMs)
}

/** How long values above and below the limits held in all; undefined where no interval knew limits. */
export function outsideOf(intervals: readonly Interval[]): { aboveMs: number; belowMs: number } | undefined {
  const limited = intervals.filter(({ aboveMs, belowMs }) => aboveMs !== undefined || belowMs !== undefined)
  if (limited.length === 0) return undefined
  const sum = (name: 'aboveMs' | 'belowMs'): number => limited.reduce((all, one) => all + (one[name] ?? 0), 0)
  return { aboveMs: sum('aboveMs'), belowMs: sum('belowMs') }
}
