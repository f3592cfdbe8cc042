import type { ClockStamp } from '@tristamp/protocol'
import { type Clock, type Moment, zoneOffset } from './clock.ts'
import type { Fixes, Place } from './fix.ts'

/** Place and time of one act, taken when it happened and kept with it until its event is written. */
export interface Stamp {
  place: Place
  moment: Moment
  /** `eventTimeZoneOffset` of the gateway's zone at that instant. */
  offset: string
}

export function takeStamp(clock: Clock, fixes: Fixes, zone: string): Stamp {
  const moment = clock.now()
  return { moment, place: fixes.at(moment.monotonicMs), offset: zoneOffset(moment.ms, zone) }
}

export function isoTime(ms: number): string {
  return new Date(ms).toISOString()
}

export function clockStamp({ source, uncertaintyMs, bootId, monotonicMs, after }: Moment): ClockStamp {
  return { source, uncertaintyMs, bootId, monotonicMs, ...(after !== undefined && { after }) }
}
