import { randomUUID } from 'node:crypto'
import { encodeEvent, type StampedEvent } from '@tristamp/protocol'

/** The bytes of a small valid event. */
export function observation(): Uint8Array {
  return encodeEvent({
    type: 'ObjectEvent',
    action: 'OBSERVE',
    epcList: [],
    eventID: `urn:uuid:${randomUUID()}`,
    eventTime: '2026-11-22T08:00:00.000Z',
    eventTimeZoneOffset: '+08:00',
    bizStep: 'sensor_reporting',
    readPoint: { id: 'https://id.gs1.org/414/9506000134017' },
    'tristamp:geo': { source: 'none' },
    'tristamp:clock': {
      source: 'rtc',
      uncertaintyMs: 1,
      bootId: '11111111-2222-4333-8444-555555555555',
      monotonicMs: 1,
    },
    'tristamp:origin': 'device',
    'tristamp:quality': 'none',
  } satisfies StampedEvent)
}
