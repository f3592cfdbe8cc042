import { canonicalJson, type Json, parseEvent, utf8 } from '@tristamp/protocol'
import type { ExportedEvent, ExportScope } from './exported-event.ts'
import type { NameBook } from './names.ts'

// A small chain for tests: a lot of lettuce is harvested, packed into boxes on a pallet, shipped, received, and cut into salad.

export const FARM = 'https://id.gs1.org/414/9506000134307/254/FIELD7'
export const PLANT = 'https://id.gs1.org/414/9506000134314'
export const LETTUCE = 'https://id.gs1.org/01/09506000134352/10/L7'
export const SALAD = 'https://id.gs1.org/01/09506000134369/10/S1'
export const PALLET = 'https://id.gs1.org/00/395060000000000016'
export const BOX = 'https://id.gs1.org/00/395060000000000023'
export const SHIPPER = 'https://id.gs1.org/417/9506000134307'
export const BUYER = 'https://id.gs1.org/417/9506000134314'
const PRODUCT = 'https://id.gs1.org/01/09506000134352'

let number = 0

/** An event as it would be signed: three stamps around what is told of it. */
export function step(event: Record<string, Json>, change: Partial<ExportedEvent> = {}): ExportedEvent {
  number++
  const value: Record<string, Json> = {
    eventID: `urn:uuid:00000000-0000-4000-8000-${String(number).padStart(12, '0')}`,
    eventTime: new Date(Date.UTC(2026, 10, 22, 8, number)).toISOString(),
    eventTimeZoneOffset: '+08:00',
    'tristamp:geo': { source: 'none' },
    'tristamp:clock': {
      source: 'gnss',
      uncertaintyMs: 200,
      bootId: '7c1d52cc-6f0c-4b4e-9f55-0b6f7a3f1c11',
      monotonicMs: number,
    },
    'tristamp:origin': 'device',
    ...('sensorElementList' in event ? {} : { 'tristamp:quality': 'none' }),
    ...event,
  }
  const bytes = utf8(canonicalJson(value))
  return {
    entry: number,
    position: 0,
    org: 'farm',
    gateway: 'gate-1',
    state: 'stands',
    bytes,
    event: parseEvent(bytes),
    ...change,
  }
}

export function lettuceChain(): ExportedEvent[] {
  const object = { type: 'ObjectEvent', action: 'OBSERVE' } as const
  const aggregation = { type: 'AggregationEvent', bizStep: 'packing', readPoint: { id: FARM } } as const
  return [
    step({
      ...object,
      action: 'ADD',
      bizStep: 'commissioning',
      quantityList: [{ epcClass: LETTUCE, quantity: 100.5, uom: 'KGM' }],
      readPoint: { id: FARM },
      bizLocation: { id: FARM },
    }),
    step({
      ...aggregation,
      action: 'ADD',
      parentID: BOX,
      childQuantityList: [{ epcClass: LETTUCE, quantity: 20, uom: 'KGM' }],
    }),
    step({ ...aggregation, action: 'ADD', parentID: PALLET, childEPCs: [BOX] }),
    step({
      ...object,
      bizStep: 'shipping',
      epcList: [PALLET],
      readPoint: { id: FARM },
      bizTransactionList: [{ type: 'desadv', bizTransaction: 'urn:epcglobal:cbv:bt:9506000134307:77' }],
      sourceList: [{ type: 'possessing_party', source: SHIPPER }],
      destinationList: [{ type: 'possessing_party', destination: BUYER }],
    }),
    step({
      ...object,
      bizStep: 'receiving',
      epcList: [PALLET],
      bizLocation: { id: PLANT },
      sourceList: [{ type: 'possessing_party', source: SHIPPER }],
    }),
    step({ ...aggregation, action: 'DELETE', bizStep: 'unpacking', parentID: PALLET }),
    step({
      type: 'TransformationEvent',
      bizStep: 'commissioning',
      inputQuantityList: [{ epcClass: LETTUCE, quantity: 20, uom: 'KGM' }],
      outputQuantityList: [{ epcClass: SALAD, quantity: 90 }],
      bizLocation: { id: PLANT },
    }),
  ]
}

export const NAMES: NameBook = {
  place: (uri) =>
    uri === PLANT
      ? {
          op: 'register-place',
          org: 'plant',
          place: PLANT,
          name: { zh: '工厂', en: 'Plant' },
          address: { zh: '路一号', en: '1 Road' },
          zone: 'Asia/Shanghai',
        }
      : undefined,
  product: (uri) =>
    uri.startsWith(PRODUCT)
      ? {
          op: 'register-product',
          org: 'farm',
          product: PRODUCT,
          name: { zh: '生菜', en: 'Lettuce' },
          spec: { zh: '散装', en: 'bulk' },
        }
      : undefined,
  organisation: (org) => (org === 'farm' ? { zh: '农场', en: 'Farm' } : undefined),
  party: (uri) => (uri === BUYER ? { zh: '买方', en: 'Buyer' } : undefined),
}

export const SCOPE: ExportScope = {
  origin: 'ledger.example/test',
  subject: LETTUCE,
  treeSize: 90,
  checkpoint: { size: 91, root: 'AAAA', sealedAt: '2026-11-22T09:00:00.000Z' },
  incomplete: [],
}

export async function* stream<T>(values: readonly T[]): AsyncGenerator<T> {
  yield* values
}

export async function textOf(lines: AsyncIterable<string>): Promise<string> {
  let text = ''
  for await (const line of lines) text += line
  return text
}
