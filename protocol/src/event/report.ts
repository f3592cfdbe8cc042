import type { Json } from '../canonical-json.ts'
import { isIntegerIn, MAX_SPAN_MS, MAX_STRING, utcMs } from './bounds.ts'
import { type Check, isObject, type JsonObject, matching, refuse, type Shape, shape } from './check.ts'
import { checkGoods } from './profile.ts'
import { RECALL_ANSWERS, type Report, type ReportEvent, type ReportKind } from './report-types.ts'
import { checkClock } from './stamps.ts'
import { Trail } from './trail.ts'

// Reports of a gateway about itself (docs/spec/report.md). One table of kinds; every other name is refused.

const count: Check = integer(0, Number.MAX_SAFE_INTEGER)
/** What a program calls a reason or a rule, never a sentence: people's words are made from it elsewhere. */
const code: Check = matching(/^[A-Za-z0-9][A-Za-z0-9_.:-]{0,63}$/, 'a code')
const recall: Check = matching(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/, 'a UUID in lower case')
const time: Check = (value, trail) => {
  if (typeof value !== 'string' || utcMs(value) === undefined)
    refuse('EVENT_FIELD_VALUE', trail, 'expected UTC with three decimals and Z')
}

/** Of every kind, its own fields; `place`: it is about a place, which `bizLocation` names. */
const KINDS: { readonly [kind in ReportKind]: Shape & { place: boolean } } = {
  gap: {
    required: { kind: code, from: count, to: count, reason: oneOf('disk', 'key', 'unknown') },
    optional: { events: count },
    place: false,
  },
  anchor: { required: { kind: code }, place: false },
  'clock-fault': {
    required: { kind: code, fault: oneOf('step', 'drift', 'lost'), deltaMs: integer(-MAX_SPAN_MS, MAX_SPAN_MS) },
    place: false,
  },
  instrument: { required: { kind: code, device: asset, state: oneOf('down', 'up', 'replaced'), code }, place: true },
  thinned: {
    required: { kind: code, device: asset, from: time, to: time, kept: count, dropped: count, rule: code },
    place: true,
  },
  config: { required: { kind: code, code }, place: true },
  blocked: {
    required: { kind: code, subject: asset },
    optional: { recall, hold: recall },
    place: true,
  },
  'recall-response': {
    required: { kind: code, recall, state: oneOf(...RECALL_ANSWERS) },
    optional: {
      quantity: shape({
        required: { milli: count },
        optional: { uom: matching(/^[A-Z0-9]{1,3}$/, 'a unit of UN/ECE Rec 20') },
        of: 'a quantity',
      }),
      goods,
    },
    place: true,
  },
}
const CHECKS = new Map(
  Object.entries(KINDS).map(([kind, { place, ...fields }]) => [
    kind,
    { place, check: shape({ ...fields, of: `a ${kind} report` }) },
  ]),
)

const ENVELOPE: Shape = {
  required: {
    type: oneOf('TristampReport'),
    eventID: matching(/^urn:uuid:[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/, 'urn:uuid: and a UUID in lower case'),
    eventTime: time,
    eventTimeZoneOffset: matching(/^[+-]((0\d|1[0-3]):[0-5]\d|14:00)$/, 'an offset such as +08:00'),
    'tristamp:clock': () => {},
    report: () => {},
  },
  optional: { bizLocation: shape({ required: { id: asset }, of: 'a place' }) },
  of: 'a report',
}
const checkEnvelope = shape(ENVELOPE)

/** Whether parsed JSON says that it is a report. */
export function isReport(value: Json): boolean {
  return isObject(value) && value['type'] === 'TristampReport'
}

/**
 * Checks a report: every field named in docs/spec/report.md, and nothing else.
 * @throws ProtocolError EVENT_SHAPE (no such kind), EVENT_FIELD_*, EVENT_STAMP_TIME; the message begins with the field's path
 */
export function checkReport(value: Json): ReportEvent {
  const trail = new Trail()
  checkEnvelope(value, trail)
  const event = value as JsonObject
  checkClock(event['tristamp:clock'])
  const report = event['report']
  const kind = isObject(report) ? report['kind'] : undefined
  const known = typeof kind === 'string' ? CHECKS.get(kind) : undefined
  if (known === undefined) refuse('EVENT_SHAPE', 'report.kind', 'expected a kind of report')
  known.check(report!, trail.down('report'))
  if (known.place !== (event['bizLocation'] !== undefined)) {
    refuse(known.place ? 'EVENT_FIELD_MISSING' : 'EVENT_FIELD_UNKNOWN', 'bizLocation', `in a ${String(kind)} report`)
  }
  const read = value as unknown as ReportEvent
  checkSense(read.report, read)
  return read
}

/** What holds between fields. */
function checkSense(report: Report, event: ReportEvent): void {
  const bad = (field: string, what: string): never => refuse('EVENT_FIELD_VALUE', field, what)
  if (report.kind === 'gap' && report.from >= report.to) bad('report.to', 'expected a number above from')
  if (report.kind === 'thinned' && report.from > report.to) bad('report.to', 'expected a time not before from')
  if (report.kind === 'recall-response' && report.state === 'none' && (report.quantity ?? report.goods) !== undefined)
    bad('report.state', 'expected no goods where there are none')
  if (report.kind === 'blocked' && (report.recall === undefined) === (report.hold === undefined))
    bad('report.recall', 'expected the id of a recall, or of a hold')
  const { source } = event['tristamp:clock']
  if (report.kind === 'anchor' && source !== 'gnss' && source !== 'ntp')
    refuse('EVENT_STAMP_TIME', 'tristamp:clock.source', 'a clock that nothing sets is no anchor')
}

function integer(min: number, max: number): Check {
  return (value, trail) => {
    if (!isIntegerIn(value, min, max)) refuse('EVENT_FIELD_VALUE', trail, `expected an integer from ${min} to ${max}`)
  }
}

function oneOf(...words: string[]): Check {
  return (value, trail) => {
    if (typeof value !== 'string' || !words.includes(value))
      refuse('EVENT_FIELD_VALUE', trail, `expected ${words.join(', ')}`)
  }
}

/** Goods in an answer: with long names so many fill an event. */
const MAX_GOODS = 200

function goods(value: Json, trail: Trail): void {
  if (!Array.isArray(value) || value.length < 1 || value.length > MAX_GOODS)
    refuse('EVENT_FIELD_VALUE', trail, `expected 1 to ${MAX_GOODS} URIs`)
  for (const [i, one] of value.entries()) asset(one, trail.down(String(i)))
  if (new Set(value).size !== value.length) refuse('EVENT_FIELD_VALUE', trail, 'expected each once')
}

/** An https URI in the one spelling that subjects have, without a fragment. */
function asset(value: Json, trail: Trail): void {
  if (typeof value !== 'string' || value.length > MAX_STRING) refuse('EVENT_FIELD_VALUE', trail, 'expected a URI')
  checkGoods(value, trail)
}
