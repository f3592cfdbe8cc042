import type { SensorElement, SensorReport } from '../event/types.ts'
import { evidenceIdOf } from '../evidence-uri.ts'

/** A temperature that was measured, or an alarm that an instrument gave. Times in ms since 1970, temperatures in milli-°C. */
export interface TemperatureSpan {
  fromMs: number
  toMs: number
  minMilli?: number
  maxMilli?: number
  /** The instrument itself says that its limits were broken. */
  alarm: boolean
  /** Which of the event's sensor elements tells the readings behind it, in a series or as evidence; absent when none does. */
  series?: number
}

/** What the sensor elements of an event say of temperatures and alarms; an element without times is of the event's own. */
export function temperaturesOf(elements: readonly SensorElement[] | undefined, eventMs: number): TemperatureSpan[] {
  const spans: TemperatureSpan[] = []
  for (const [number, element] of (elements ?? []).entries()) {
    const { sensorMetadata, sensorReport } = element
    const { time, startTime, endTime, rawData } = sensorMetadata ?? {}
    const told = element['tristamp:series'] !== undefined || evidenceIdOf(rawData ?? '') !== undefined
    for (const report of sensorReport) {
      const at = report.time ?? time
      const fromMs = instant(startTime ?? at, eventMs)
      const toMs = Math.max(fromMs, instant(endTime ?? at, eventMs))
      const alarm = report.exception === 'ALARM_CONDITION'
      const { low, high } = report.type === 'Temperature' ? extremes(report) : {}
      if (low === undefined && high === undefined && !alarm) continue
      spans.push({
        fromMs,
        toMs,
        ...(low !== undefined && { minMilli: low }),
        ...(high !== undefined && { maxMilli: high }),
        alarm,
        ...(told && low !== undefined && { series: number }),
      })
    }
  }
  return spans
}

function instant(text: string | undefined, otherwise: number): number {
  if (text === undefined) return otherwise
  const ms = Date.parse(text)
  return Number.isNaN(ms) ? otherwise : ms
}

function extremes({ value, minValue, maxValue, meanValue, uom }: SensorReport): { low?: number; high?: number } {
  const values = [value, minValue, maxValue, meanValue].flatMap((one) => (one === undefined ? [] : [milli(one, uom)]))
  const known = values.filter((one) => one !== undefined)
  return known.length === 0 ? {} : { low: Math.min(...known), high: Math.max(...known) }
}

/** UN/ECE Rec 20: CEL, FAH, KEL. Undefined in any other unit. */
function milli(value: number, uom = 'CEL'): number | undefined {
  if (uom === 'CEL') return Math.round(value * 1000)
  if (uom === 'FAH') return Math.round(((value - 32) * 5000) / 9)
  if (uom === 'KEL') return Math.round((value - 273.15) * 1000)
  return undefined
}
