import { randomUUID } from 'node:crypto'
import type { Operation } from '@tristamp/protocol'

/** The one place of the tests' ledger. */
export const STATION = 'https://id.gs1.org/414/9506000134307'

export const ORGANISATION: Operation = {
  op: 'enrol-organisation',
  org: 'test',
  party: 'https://id.gs1.org/417/9506000134307',
  name: { zh: '测试', en: 'Test' },
}

export function item(serial: string): string {
  return `https://id.gs1.org/01/09506000134352/21/${serial}`
}

export const CASE = 'https://id.gs1.org/00/095060001343520017'

/** A valid event of goods with its three stamps; each call is another event. */
export function commissioned(...items: string[]): object {
  return {
    ...stamped(),
    type: 'ObjectEvent',
    action: 'ADD',
    bizStep: 'commissioning',
    disposition: 'active',
    epcList: items,
  }
}

export function packed(unit: string, ...items: string[]): object {
  return {
    ...stamped(),
    type: 'AggregationEvent',
    action: 'ADD',
    bizStep: 'packing',
    disposition: 'in_progress',
    parentID: unit,
    childEPCs: items,
  }
}

export function sold(...items: string[]): object {
  return {
    ...stamped(),
    type: 'ObjectEvent',
    action: 'DELETE',
    bizStep: 'retail_selling',
    disposition: 'retail_sold',
    epcList: items,
  }
}

let monotonicMs = 100_000

function stamped(): object {
  monotonicMs += 1000
  return {
    eventID: `urn:uuid:${randomUUID()}`,
    eventTime: new Date(1_795_000_000_000 + monotonicMs).toISOString(),
    eventTimeZoneOffset: '+08:00',
    readPoint: { id: STATION },
    bizLocation: { id: STATION },
    'tristamp:geo': { source: 'gnss', latE7: 302_400_000, lonE7: 1_094_800_000, accuracyM: 5, satellites: 9 },
    'tristamp:clock': {
      source: 'gnss',
      uncertaintyMs: 200,
      bootId: '7c1d52cc-6f0c-4b4e-9f55-0b6f7a3f1c11',
      monotonicMs,
    },
    'tristamp:origin': 'device',
    'tristamp:quality': 'none',
  }
}
