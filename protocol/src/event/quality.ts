import type { Json } from '../canonical-json.ts'
import { Fields } from '../spectrum/fields.ts'
import { checkRecordedTest } from '../spectrum/recorded-test.ts'
import {
  isIntegerIn,
  MAX_MILLI_C,
  MAX_SENSOR_ELEMENTS,
  MAX_SENSOR_REPORTS,
  MAX_SERIES_POINTS,
  MIN_MILLI_C,
  milli,
  utcMs,
} from './bounds.ts'
import { isObject, refuse } from './check.ts'
import { checkSummary, type PropertySummary } from './summary.ts'
import { Trail } from './trail.ts'
import type { EpcisEvent, SensorElement, SensorException, SensorReport } from './types.ts'

// The quality stamp (protocol §2): what the instruments measured since the last stamp.

/** One property one instrument measured from `startMs` to `endMs`, in thousandths of `uom`. */
export interface SensorReading {
  deviceID: string
  type: string
  uom?: string
  startMs: number
  endMs: number
  valueMilli?: number
  minMilli?: number
  maxMilli?: number
  meanMilli?: number
  exception?: SensorException
  /** Temperature point by point in milli-°C; null where the instrument gave none. */
  series?: { everyMs: number; milli: (number | null)[] }
  /** What became of the readings behind it. */
  summary?: PropertySummary
}

// Two units keep readers from converting: what our instruments measure has one unit each.
const UNITS: Record<string, { uom: string; min: number; max: number } | undefined> = {
  Temperature: { uom: 'CEL', min: MIN_MILLI_C, max: MAX_MILLI_C },
  RelativeHumidity: { uom: 'P1', min: 0, max: 100_000 },
}
const NUMBERS = ['value', 'minValue', 'maxValue', 'meanValue'] as const
const VALUES = [...NUMBERS, 'stringValue', 'booleanValue', 'hexBinaryValue', 'uriValue', 'percValue', 'sDev'] as const
const MAX_EVERY_MS = 86_400_000

/**
 * Checks the quality stamp: instruments with their interval, or the honest word that the station has none.
 * @throws ProtocolError EVENT_STAMP_QUALITY
 */
export function checkQuality(event: EpcisEvent): void {
  const elements = event.sensorElementList ?? []
  const none = event['tristamp:quality']
  if (none !== undefined && none !== 'none') bad('tristamp:quality', "expected 'none', or nothing")
  if (elements.length === 0 && none === undefined)
    bad('sensorElementList', "missing, and tristamp:quality does not say 'none'")
  if (elements.length > 0 && none !== undefined) bad('tristamp:quality', "'none' beside readings")
  if (elements.length > MAX_SENSOR_ELEMENTS) bad('sensorElementList', `more than ${MAX_SENSOR_ELEMENTS} instruments`)
  const trail = new Trail().down('sensorElementList')
  for (let i = 0; i < elements.length; i++) {
    checkElement(elements[i]!, trail.down(i))
    trail.up()
  }
}

/** The readings of an event that passed checkQuality. */
export function readingsOf(event: EpcisEvent): SensorReading[] {
  return (event.sensorElementList ?? []).flatMap((element) =>
    element.sensorReport.map((report) => readingOf(element, report)),
  )
}

function readingOf(element: SensorElement, report: SensorReport): SensorReading {
  const { sensorMetadata, 'tristamp:series': series } = element
  const summary = element['tristamp:summary']?.[report.type]
  const { deviceID = '', startTime = '', endTime = '' } = sensorMetadata ?? {}
  const { type, uom, exception } = report
  return {
    deviceID,
    type,
    startMs: utcMs(startTime) ?? 0,
    endMs: utcMs(endTime) ?? 0,
    ...(uom !== undefined && { uom }),
    ...(exception !== undefined && { exception }),
    ...integer('valueMilli', report.value),
    ...integer('minMilli', report.minValue),
    ...integer('maxMilli', report.maxValue),
    ...integer('meanMilli', report.meanValue),
    ...(series !== undefined && type === 'Temperature' && { series }),
    ...(summary !== undefined && { summary }),
  }
}

function integer<Name extends string>(name: Name, value: number | undefined): { [name in Name]?: number } {
  const thousandths = value === undefined ? undefined : milli(value)
  return thousandths === undefined ? {} : ({ [name]: thousandths } as { [name in Name]: number })
}

function bad(field: Trail | string, what: string): never {
  return refuse('EVENT_STAMP_QUALITY', field, what)
}

function checkElement(element: SensorElement, trail: Trail): void {
  const { deviceID, startTime, endTime } = element.sensorMetadata ?? {}
  if (deviceID === undefined) bad(`${trail}.sensorMetadata.deviceID`, 'missing')
  if (startTime === undefined) bad(`${trail}.sensorMetadata.startTime`, 'missing')
  if (endTime === undefined) bad(`${trail}.sensorMetadata.endTime`, 'missing')
  if (startTime > endTime) bad(`${trail}.sensorMetadata.endTime`, 'before startTime')
  if (element.sensorReport.length > MAX_SENSOR_REPORTS)
    bad(`${trail}.sensorReport`, `more than ${MAX_SENSOR_REPORTS} reports`)
  const types = element.sensorReport.map((report) => report.type)
  if (types.length > 1 && new Set(types).size < types.length) bad(`${trail}.sensorReport`, 'the same property twice')
  trail.down('sensorReport')
  for (let i = 0; i < element.sensorReport.length; i++) {
    checkReport(element.sensorReport[i]!, trail.down(i))
    trail.up()
  }
  trail.up()
  if (element['tristamp:summary'] !== undefined) {
    checkSummary(element, trail.down('tristamp:summary'))
    trail.up()
  }
  if (element['tristamp:spectrum'] !== undefined) {
    checkRecordedTest(element, trail.down('tristamp:spectrum'))
    trail.up()
  }
  if (element['tristamp:calibration'] !== undefined) {
    checkCalibration(element['tristamp:calibration'] as unknown as Json, trail.down('tristamp:calibration'))
    trail.up()
  }
  const series: unknown = element['tristamp:series']
  if (series === undefined) return
  checkSeries(series as Json, types, trail.down('tristamp:series'))
  trail.up()
}

/** What an instrument was calibrated by, and until when that holds. */
function checkCalibration(value: Json, trail: Trail): void {
  const fields = new Fields(value, 'EVENT_STAMP_QUALITY', String(trail), ['id', 'until'])
  fields.text('id')
  fields.time('until')
}

function checkReport(report: SensorReport, trail: Trail): void {
  const { type, uom, exception, minValue, maxValue } = report
  if (exception !== undefined && exception !== 'ALARM_CONDITION' && exception !== 'ERROR_CONDITION') {
    bad(`${trail}.exception`, 'expected ALARM_CONDITION or ERROR_CONDITION')
  }
  if (exception !== 'ERROR_CONDITION' && !hasAny(report, VALUES))
    bad(`${trail}.value`, 'missing, without ERROR_CONDITION')
  const unit = Object.hasOwn(UNITS, type) ? UNITS[type] : undefined
  if ((unit === undefined ? uom === undefined : uom !== unit.uom) && hasAny(report, NUMBERS))
    bad(`${trail}.uom`, `expected ${unit?.uom ?? 'a unit'}`)
  for (const name of NUMBERS) {
    const number = report[name]
    if (number === undefined) continue
    const value = milli(number)
    if (value === undefined || (unit !== undefined && (value < unit.min || value > unit.max)))
      bad(`${trail}.${name}`, `out of range for ${type.slice(0, 64)}`)
  }
  if (minValue !== undefined && maxValue !== undefined && minValue > maxValue)
    bad(`${trail}.maxValue`, 'below minValue')
}

function hasAny(report: SensorReport, names: readonly (keyof SensorReport)[]): boolean {
  for (const name of names) if (report[name] !== undefined) return true
  return false
}

function checkSeries(series: Json, types: string[], trail: Trail): void {
  if (!isObject(series) || Object.keys(series).some((name) => name !== 'everyMs' && name !== 'milli'))
    bad(trail, 'expected everyMs and milli')
  if (!types.includes('Temperature')) bad(trail, 'a series without a Temperature report')
  const { everyMs, milli: points } = series
  if (!isIntegerIn(everyMs, 1, MAX_EVERY_MS)) bad(`${trail}.everyMs`, 'expected milliseconds, at most a day')
  const list = Array.isArray(points) ? points : []
  if (list.length < 1 || list.length > MAX_SERIES_POINTS)
    bad(`${trail}.milli`, `expected 1 to ${MAX_SERIES_POINTS} points`)
  for (const point of list) if (!isPoint(point)) bad(`${trail}.milli`, 'expected milli-°C or null')
}

function isPoint(point: Json): boolean {
  return point === null || isIntegerIn(point, MIN_MILLI_C, MAX_MILLI_C)
}
