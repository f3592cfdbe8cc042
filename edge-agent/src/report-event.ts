import { randomUUID } from 'node:crypto'
import { encodeEvent, type Report, type ReportEvent } from '@tristamp/protocol'
import { type Moment, zoneOffset } from './clock.ts'
import { clockStamp, isoTime } from './stamp.ts'

/** The bytes of what the gateway says of itself at a moment (docs/spec/report.md). `place`: for reports about a station or an asset. */
export function encodeReport(report: Report, moment: Moment, zone: string, place?: string): Uint8Array {
  const event: ReportEvent = {
    type: 'TristampReport',
    eventID: `urn:uuid:${randomUUID()}`,
    eventTime: isoTime(moment.ms),
    eventTimeZoneOffset: zoneOffset(moment.ms, zone),
    ...(place !== undefined && { bizLocation: { id: place } }),
    'tristamp:clock': clockStamp(moment),
    report,
  }
  return encodeEvent(event)
}
