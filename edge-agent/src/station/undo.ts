import { encodeEvent, fromUtf8, parseEvent, type StampedEvent, utf8 } from '@tristamp/protocol'
import type { Moment } from '../clock.ts'
import { isoTime } from '../stamp.ts'

/** The act recorded last at a station, kept on disk so that it can be taken back: EPCIS corrects by sending an event again with an error declaration. */
export interface LastAct {
  action: string
  /** What it was about, for the operator. */
  ids: string[]
  moment: Moment
  /** Its events as they were signed, JSON. */
  events: string[]
  /** What the asset held before it, by identifier; null: it did not hold it. */
  before: [id: string, since: Moment | null][]
}

export function encodeLastAct(act: LastAct): Uint8Array {
  return utf8(JSON.stringify(act))
}

export function decodeLastAct(bytes: Uint8Array): LastAct {
  return JSON.parse(fromUtf8(bytes)) as LastAct
}

/** How long ago it was: by the boot's own count where that is possible, for no change of the clock moves it. */
export function ageMs(act: Moment, now: Moment, place: (moment: Moment) => number): number {
  return act.bootId === now.bootId ? now.monotonicMs - act.monotonicMs : Math.abs(now.ms - place(act))
}

/**
 * The same event once more, saying that it did not happen (EPCIS 2.0 §7.4.1.2): what it says otherwise stays as it was signed.
 * @throws ProtocolError EVENT_*
 */
export function declareError(event: string, nowMs: number): Uint8Array {
  const wrong = parseEvent(utf8(event)) as StampedEvent
  return encodeEvent({
    ...wrong,
    errorDeclaration: { declarationTime: isoTime(nowMs), reason: 'did_not_occur' },
  })
}
