import { linksOf, subjectKind } from '@tristamp/protocol'
import { CUT_SENTENCES, type ExportScope, readEvent, type StoredEvent } from './exported-event.ts'
import { destinationOf, placeOf, sourceOf } from './fsma-columns.ts'
import { elementOf, type NameBook } from './names.ts'
import { localTime } from './sheet.ts'

type Value = string | number | undefined

/** The columns of events.csv, in order (docs/spec/exports.md). */
export const CSV_COLUMNS: readonly string[] = [
  'entry',
  'position',
  'event_id',
  'state',
  'type',
  'action',
  'biz_step',
  'disposition',
  'time_utc',
  'utc_offset_minutes',
  'role',
  'subject',
  'kind',
  'gtin',
  'lot',
  'serial',
  'sscc',
  'product_zh',
  'product_en',
  'quantity',
  'uom',
  'place',
  'place_zh',
  'place_en',
  'read_point',
  'source',
  'destination',
  'documents',
  'transformation_id',
  'temperature_min_c',
  'temperature_max_c',
  'alarm',
  'latitude',
  'longitude',
  'accuracy_m',
  'geo_source',
  'clock_source',
  'clock_uncertainty_ms',
  'origin',
  'organisation',
  'gateway',
  'error_declared_at',
  'error_reason',
]

/** What a spreadsheet takes for the beginning of a formula (OWASP, CSV injection), in all widths, also behind what it may drop. */
const FORMULA = /^[\s"'\u200b-\u200f\ufeff]*[=+\-@\uff1d\uff0b\uff0d\uff20\ufe66\ufe62\ufe63\ufe6b\u2212]|^[\t\r\n]/
/** Also what other countries' spreadsheets take for the end of a field. */
const QUOTED = /[",;\t\r\n]/

/** One field as RFC 4180 has it. A text that a spreadsheet would run gets an apostrophe in front; a number stays a number. */
export function csvField(value: Value): string {
  if (value === undefined) return ''
  if (typeof value === 'number') return String(value)
  const safe = FORMULA.test(value) ? `'${value}` : value
  return QUOTED.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe
}

export function csvRecord(values: readonly Value[]): string {
  return `${values.map(csvField).join(',')}\r\n`
}

/** The events as one table, a row for each thing in each event: RFC 4180 in UTF-8 with a byte order mark. What was left out is told by the last row. */
export async function* csvLines(
  scope: ExportScope,
  events: AsyncIterable<StoredEvent>,
  names: NameBook,
): AsyncGenerator<string> {
  yield `\uFEFF${csvRecord(CSV_COLUMNS)}`
  for await (const one of events) yield recordsOf(one, names)
  for (const code of scope.incomplete)
    yield csvRecord([
      undefined,
      undefined,
      undefined,
      'incomplete',
      code,
      CUT_SENTENCES[code].en,
      CUT_SENTENCES[code].zh,
    ])
}

function recordsOf(stored: StoredEvent, names: NameBook): string {
  const at = readEvent(stored)
  const { event } = at
  const { goods, temperatures } = linksOf(event)
  const place = placeOf(at)
  const name = place === undefined ? undefined : (names.place(place)?.name ?? names.party(place))
  const { 'tristamp:geo': geo, 'tristamp:clock': clock, errorDeclaration } = event
  const reports = (event.sensorElementList ?? []).flatMap((element) => element.sensorReport)
  const before = [
    at.entry,
    at.position,
    event.eventID,
    at.state,
    event.type,
    event.type === 'TransformationEvent' ? undefined : event.action,
    event.bizStep,
    event.disposition,
    event.eventTime,
    localTime(event).offsetMs / 60_000,
  ]
  const after = [
    place,
    name?.zh,
    name?.en,
    event.readPoint?.id,
    sourceOf(event),
    destinationOf(event),
    event.bizTransactionList?.map(({ bizTransaction }) => bizTransaction).join('; '),
    event.type === 'TransformationEvent' ? event.transformationID : undefined,
    degrees(
      temperatures.map(({ minMilli }) => minMilli),
      Math.min,
    ),
    degrees(
      temperatures.map(({ maxMilli }) => maxMilli),
      Math.max,
    ),
    reports.some(({ exception }) => exception === 'ALARM_CONDITION') ? 'ALARM_CONDITION' : undefined,
    geo.latE7 === undefined ? undefined : geo.latE7 / 1e7,
    geo.lonE7 === undefined ? undefined : geo.lonE7 / 1e7,
    geo.accuracyM,
    geo.source,
    clock.source,
    clock.uncertaintyMs,
    event['tristamp:origin'],
    at.org,
    at.gateway,
    errorDeclaration?.declarationTime,
    errorDeclaration?.reason,
  ]
  const things = goods.length === 0 ? [undefined] : goods
  return things
    .map((thing) => {
      const product = thing === undefined ? undefined : names.product(thing.subject)?.name
      const uri = thing?.subject
      const part = (ai: string): string | undefined => (uri === undefined ? undefined : elementOf(uri, ai))
      return csvRecord([
        ...before,
        thing?.role,
        uri,
        uri === undefined ? undefined : subjectKind(uri),
        part('01'),
        part('10'),
        part('21'),
        part('00'),
        product?.zh,
        product?.en,
        thing?.milli === undefined ? undefined : thing.milli / 1000,
        thing?.uom,
        ...after,
      ])
    })
    .join('')
}

function degrees(milli: readonly (number | undefined)[], choose: (...values: number[]) => number): number | undefined {
  const told = milli.filter((one) => one !== undefined)
  return told.length === 0 ? undefined : told.reduce((a, b) => choose(a, b)) / 1000
}
