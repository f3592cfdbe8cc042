import type {
  Calibration,
  EpcisEvent,
  PropertySummary,
  SensorElement,
  SensorReport,
  Series,
  Summary,
} from '@tristamp/protocol'
import type { Moment } from './clock.ts'
import type { Limits } from './config-types.ts'
import { breaks } from './limits.ts'
import type { Readings, Span } from './readings.ts'
import { isoTime } from './stamp.ts'

/** The quality stamp: what the instruments measured in the interval, or the honest word that the station has none. */
export type QualityStamp = Pick<EpcisEvent, 'sensorElementList' | 'tristamp:quality'>

/** An instrument of a station, as the quality stamp needs it. */
export interface Instrument {
  /** `sensorMetadata.deviceID`. */
  uri: string
  readings: Readings
  limits?: Limits | undefined
  /** As somebody has entered it: the instrument does not know. */
  calibration?: Calibration | undefined
}

/** Steps of a series that people can read off; the coarsest that the protocol allows is a day. */
const SERIES_STEPS_MS = [
  1000, 2000, 5000, 10_000, 15_000, 30_000, 60_000, 120_000, 300_000, 600_000, 900_000, 1_800_000, 3_600_000, 7_200_000,
  21_600_000, 43_200_000, 86_400_000,
]
/** A day at a quarter of an hour: what an event has room for (protocol, bounds). */
const MAX_POINTS = 96

export function qualityStamp(instrument: Instrument | undefined, fromMs: number, now: Moment): QualityStamp {
  if (!instrument) return { 'tristamp:quality': 'none' }
  const toMs = now.ms
  const startMs = Math.min(fromMs, toMs)
  const { readings, limits, uri, calibration } = instrument
  const reports: SensorReport[] = []
  const summary: Summary = {}
  // Silence is information in a cold chain: a thermometer that has given nothing yet is named, not left out.
  const types = readings.units.size > 0 ? readings.units : new Map([['Temperature', 'CEL']])
  for (const [type, uom] of types) {
    const spans = readings.spans(type, startMs, toMs, now)
    reports.push(spans.length > 0 ? report(type, uom, spans, limits) : { type, exception: 'ERROR_CONDITION' })
    summary[type] = summaryOf(type, spans, instrument, startMs, toMs)
  }
  const temperature = types.has('Temperature') ? readings.spans('Temperature', startMs, toMs, now) : []
  const series = temperature.length > 0 ? seriesOf(temperature, startMs, toMs) : undefined
  const element: SensorElement = {
    sensorMetadata: { startTime: isoTime(startMs), endTime: isoTime(toMs), deviceID: uri },
    sensorReport: reports,
    ...(series && { 'tristamp:series': series }),
    'tristamp:summary': summary,
    ...(calibration && { 'tristamp:calibration': calibration }),
  }
  return { sensorElementList: [element] }
}

/** What became of the readings behind a report. Counts of nothing are left out. */
function summaryOf(
  type: string,
  spans: readonly Span[],
  { readings, limits }: Instrument,
  fromMs: number,
  toMs: number,
): PropertySummary {
  const { suspect, bad, missing, why } = readings.flaws(type, fromMs, toMs)
  const held = (which: (span: Span) => boolean): number =>
    spans.filter(which).reduce((sum, span) => sum + span.toMs - span.fromMs, 0)
  const gapMs = Math.max(0, toMs - fromMs - held(() => true))
  const correctionMilli = readings.corrections.get(type)
  return {
    ok: spans.reduce((sum, { count }) => sum + count, 0),
    ...(suspect > 0 && { suspect }),
    ...(bad > 0 && { bad }),
    ...(missing > 0 && { missing }),
    ...(why.size > 0 && { why: [...why] }),
    ...(gapMs > 0 && { gapMs }),
    ...(type === 'Temperature' &&
      limits && {
        aboveMs: held(({ max }) => max > limits.maxMilliC),
        belowMs: held(({ min }) => min < limits.minMilliC),
      }),
    ...(correctionMilli !== undefined && { correctionMilli }),
  }
}

function report(type: string, uom: string, spans: readonly Span[], limits: Limits | undefined): SensorReport {
  const min = Math.min(...spans.map((s) => s.min))
  const max = Math.max(...spans.map((s) => s.max))
  const sum = spans.reduce((total, s) => total + s.sum, 0)
  const count = spans.reduce((total, s) => total + s.count, 0)
  return {
    type,
    value: spans.at(-1)!.last / 1000,
    minValue: min / 1000,
    maxValue: max / 1000,
    // `+ 0` because −0 has no place in JSON.
    meanValue: (Math.round(sum / count) + 0) / 1000,
    uom,
    ...(type === 'Temperature' && breaks(limits, min, max) && { exception: 'ALARM_CONDITION' as const }),
  }
}

/**
 * Points of the mean at every step from `fromMs`; null where the values do not cover the whole step: a gap is shown, not smoothed over, and
 * rather wider than narrower.
 */
function seriesOf(spans: readonly Span[], fromMs: number, toMs: number): Series | undefined {
  const everyMs = SERIES_STEPS_MS.find((step) => Math.floor((toMs - fromMs) / step) + 1 <= MAX_POINTS)
  // Longer than 96 days: the figures of the report must do.
  if (everyMs === undefined || toMs - fromMs < everyMs) return undefined
  const steps = Array.from({ length: Math.floor((toMs - fromMs) / everyMs) + 1 }, (_, i) => {
    const startMs = fromMs + i * everyMs
    // The last one ends with the interval, which may be where it begins.
    return { sum: 0, count: 0, coveredMs: startMs, endMs: Math.min(startMs + everyMs, toMs) }
  })
  for (const span of spans) {
    const first = Math.floor((span.fromMs - fromMs) / everyMs)
    const last = Math.floor((span.toMs - fromMs) / everyMs)
    for (let i = Math.max(first, 0); i <= last && i < steps.length; i++) {
      const step = steps[i]!
      step.sum += span.sum
      step.count += span.count
      // Spans come oldest first: what one begins after stays uncovered.
      if (span.fromMs <= step.coveredMs) step.coveredMs = Math.max(step.coveredMs, span.toMs)
    }
  }
  return {
    everyMs,
    milli: steps.map(({ sum, count, coveredMs, endMs }) =>
      count === 0 || coveredMs < endMs ? null : Math.round(sum / count) + 0,
    ),
  }
}
