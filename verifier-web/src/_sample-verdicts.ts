// Verdicts as they come out of verify, for tests and for looking at the page: one pack of pork from a farm to a kitchen.
import {
  type Check,
  type CheckId,
  checkDigit,
  type EpcisEvent,
  type Hold,
  type Names,
  type Operation,
  type ProvenEvent,
  type ProvenHold,
  type ProvenRecall,
  type Recall,
  type SensorElement,
  type StampedEvent,
  subjectsOf,
  type Verdict,
} from '@tristamp/protocol'

const gtin = `0950600013435${checkDigit('0950600013435')}`
const gln = (n: number): string => `https://id.gs1.org/414/95060001340${n}${checkDigit(`95060001340${n}`)}`
const id = (path: string): string => `https://id.gs1.org/${path}`

export const PACK: string = id(`01/${gtin}/21/7K3M92QD40XA`)
export const LOT: string = id(`01/${gtin}/10/B261120-07`)
export const PRODUCT: string = id(`01/${gtin}`)
export const PIG: string = id(`01/0${'950600013440'}${checkDigit('0950600013440')}/21/A0031`)
export const CASE: string = id(`00/09506000134000001${checkDigit('09506000134000001')}`)

export const FARM: string = gln(1)
export const PLANT: string = gln(2)
export const TRUCK: string = id('8004/9506000134TRUCK27')
export const WHOLESALE: string = gln(4)
export const KITCHEN: string = gln(5)

interface Site {
  org: string
  gateway: string
  station: string
  latE7: number
  lonE7: number
  geo: 'gnss' | 'site'
}

export const SITES = {
  farm: { org: 'yunling', gateway: 'farm-1', station: FARM, latE7: 302400000, lonE7: 1094800000, geo: 'gnss' },
  plant: { org: 'qingjiang', gateway: 'plant-2', station: PLANT, latE7: 303000000, lonE7: 1098300000, geo: 'site' },
  truck: { org: 'qingjiang', gateway: 'truck-27', station: TRUCK, latE7: 303000000, lonE7: 1098300000, geo: 'gnss' },
  wholesale: {
    org: 'liangzhu',
    gateway: 'dock-1',
    station: WHOLESALE,
    latE7: 303700000,
    lonE7: 1200300000,
    geo: 'site',
  },
  kitchen: { org: 'xiaoman', gateway: 'kitchen', station: KITCHEN, latE7: 302600000, lonE7: 1201300000, geo: 'site' },
} satisfies Record<string, Site>

const MINUTE = 60_000
const at = (local: string): number => Date.parse(`2026-11-${local}:00+08:00`)
const iso = (ms: number): string => new Date(ms).toISOString()

/** A fixed wave, so that the same sample always looks the same. */
const wave = (i: number, low: number, high: number): number =>
  Math.round(low + (high - low) * (0.5 + 0.3 * Math.sin(i / 9) + 0.14 * Math.sin(i / 3.1) + 0.06 * Math.sin(i * 1.7)))

/** A series of ten-minute readings that ends at `toMs`; null where `silent` says so. */
function sensor(
  device: string,
  fromMs: number,
  toMs: number,
  low: number,
  high: number,
  silent?: (ms: number) => boolean,
): SensorElement {
  const everyMs = 10 * MINUTE
  const milli: (number | null)[] = []
  for (let ms = fromMs; ms < toMs; ms += everyMs) milli.push(silent?.(ms) ? null : wave(ms / everyMs, low, high))
  const read = milli.filter((m) => m !== null)
  return {
    sensorMetadata: { startTime: iso(fromMs), endTime: iso(toMs), deviceID: id(`8004/9506000134${device}`) },
    sensorReport: [
      {
        type: 'Temperature',
        minValue: Math.min(...read) / 1000,
        maxValue: Math.max(...read) / 1000,
        value: read.at(-1)! / 1000,
        uom: 'CEL',
      },
      { type: 'RelativeHumidity', minValue: 84, maxValue: 92, value: 88, uom: 'P1' },
    ],
    'tristamp:series': { everyMs, milli },
  }
}

let count = 0
/** A record of the samples; `geo` says what its place comes from. */
export function proven(
  site: Site,
  ms: number,
  event: object,
  sensors: SensorElement[],
  origin: 'device' | 'operator' = 'device',
): ProvenEvent {
  count++
  const { latE7, lonE7 } = site
  const whole = {
    eventID: `urn:uuid:00000000-0000-4000-8000-${String(count).padStart(12, '0')}`,
    eventTime: iso(ms),
    eventTimeZoneOffset: '+08:00',
    readPoint: { id: site.station },
    'tristamp:geo': { source: site.geo, latE7, lonE7, accuracyM: 6 },
    'tristamp:clock': {
      source: site.geo === 'gnss' ? 'gnss' : 'ntp',
      uncertaintyMs: site.geo === 'gnss' ? 40 : 350,
      bootId: '7d1f0a52-9c1e-4f0e-8a57-3f1f6f6d2a10',
      monotonicMs: ms,
    },
    'tristamp:origin': origin,
    ...(sensors.length > 0 ? { sensorElementList: sensors } : { 'tristamp:quality': 'none' }),
    ...event,
  } as unknown as StampedEvent
  const { org, gateway, station } = site
  const kid = [...gateway].reduce((hex, c) => hex + c.charCodeAt(0).toString(16), '').padEnd(64, '7')
  return {
    entry: 40 + 3 * count,
    position: 0,
    event: whole,
    subjects: subjectsOf(whole as EpcisEvent),
    signer: { kid, uri: `${id('8004/9506000134')}${gateway.toUpperCase()}`, org, gateway, station, endedLater: false },
    time: ownTime(ms, site.geo === 'gnss' ? 40 : 350),
  }
}

function ownTime(ms: number, doubtMs: number): ProvenEvent['time'] {
  return { earliestMs: ms - doubtMs, latestMs: ms + doubtMs, from: 'own clock', contradicted: false }
}

const object = (bizStep: string, epcList: string[], action = 'OBSERVE', more: object = {}): object => ({
  type: 'ObjectEvent',
  action,
  bizStep,
  epcList,
  ...more,
})
const packing = (bizStep: string, action: string, parentID: string, childEPCs: string[]): object => ({
  type: 'AggregationEvent',
  action,
  bizStep,
  parentID,
  childEPCs,
})

/** The whole journey. `high` is the highest temperature in the truck, in milli-°C. */
function events(high: number): ProvenEvent[] {
  count = 0
  const { farm, plant, truck, wholesale, kitchen } = SITES
  const cold = (
    site: Site,
    device: string,
    from: string,
    to: string,
    low: number,
    top: number,
    silent?: (ms: number) => boolean,
  ): ProvenEvent[] => {
    const made: ProvenEvent[] = []
    for (let ms = at(from); ms < at(to); ms += 120 * MINUTE) {
      const end = Math.min(ms + 120 * MINUTE, at(to))
      const share = (end - at('20T14:00')) / (at('21T08:20') - at('20T14:00'))
      const where =
        site === truck
          ? {
              ...truck,
              latE7: 303000000 + Math.round(700000 * share),
              lonE7: 1098300000 + Math.round(10200000 * share),
            }
          : site
      made.push(
        proven(where, end, object('sensor_reporting', [], 'OBSERVE', { bizLocation: { id: site.station } }), [
          sensor(device, ms, end, low, top, silent),
        ]),
      )
    }
    return made
  }
  const silent = (ms: number): boolean => ms >= at('21T01:12') - 10 * MINUTE && ms < at('21T01:42')
  const birth = { ilmd: { 'cbvmda:lotNumber': 'B261120-07', 'cbvmda:itemExpirationDate': '2026-11-26' } }
  return [
    proven(farm, at('19T09:05'), object('commissioning', [PIG], 'ADD'), [
      sensor('BARN', at('19T08:00'), at('19T09:00'), 15200, 17900),
    ]),
    proven(farm, at('19T15:20'), object('shipping', [PIG]), [
      sensor('BARN', at('19T13:00'), at('19T15:20'), 16100, 18300),
    ]),
    proven(plant, at('19T18:05'), object('receiving', [PIG]), [
      sensor('HALL', at('19T17:05'), at('19T18:05'), 7100, 9300),
    ]),
    proven(
      plant,
      at('20T06:10'),
      { type: 'TransformationEvent', inputEPCList: [PIG], outputEPCList: [PACK], bizStep: 'commissioning', ...birth },
      [sensor('CHILL', at('20T05:00'), at('20T06:10'), 1100, 2300)],
    ),
    proven(plant, at('20T06:40'), packing('packing', 'ADD', CASE, [PACK]), [
      sensor('CHILL', at('20T06:10'), at('20T06:40'), 900, 2100),
    ]),
    ...cold(plant, 'CHILL', '20T06:40', '20T13:50', 900, 2300),
    proven(plant, at('20T13:50'), object('shipping', [CASE]), []),
    proven(truck, at('20T14:00'), packing('loading', 'ADD', TRUCK, [CASE]), [
      sensor('HOLD', at('20T13:00'), at('20T14:00'), 1900, 2900),
    ]),
    ...cold(truck, 'HOLD', '20T14:00', '21T08:10', 1200, high, silent),
    proven(
      { ...truck, latE7: wholesale.latE7, lonE7: wholesale.lonE7 },
      at('21T08:10'),
      packing('unloading', 'DELETE', TRUCK, [CASE]),
      [],
    ),
    proven(
      wholesale,
      at('21T08:20'),
      object('receiving', [CASE]),
      [sensor('ROOM', at('21T07:20'), at('21T08:20'), 1400, 3000)],
      'operator',
    ),
    ...cold(wholesale, 'ROOM', '21T08:20', '22T06:30', 1400, 3300),
    proven(wholesale, at('22T06:30'), object('shipping', [CASE]), []),
    proven(kitchen, at('22T07:15'), packing('unpacking', 'DELETE', CASE, [PACK]), [
      sensor('FRIDGE', at('22T06:15'), at('22T07:15'), 2300, 3400),
    ]),
    ...cold(kitchen, 'FRIDGE', '22T07:15', '22T19:00', 2300, 3700),
  ].sort((a, b) => Date.parse(a.event.eventTime) - Date.parse(b.event.eventTime))
}

const place = (org: string, uri: string, zh: string, en: string, zhAt: string, enAt: string): [string, never] => [
  uri,
  {
    op: 'register-place',
    org,
    place: uri,
    name: { zh, en },
    address: { zh: zhAt, en: enAt },
    zone: 'Asia/Shanghai',
  } as never,
]
const organisation = (org: string, zh: string, en: string): [string, never] => [
  org,
  { op: 'enrol-organisation', org, party: id('417/9506000134017'), name: { zh, en } } as never,
]

const NAMES: Names = {
  products: new Map([
    [
      PRODUCT,
      {
        op: 'register-product',
        org: 'qingjiang',
        product: PRODUCT,
        name: { zh: '冷鲜黑猪肉', en: 'Chilled black pork' },
        spec: { zh: '前腿肉，400 克，托盘装', en: 'Foreleg, 400 g tray' },
        limits: { minMilliC: 0, maxMilliC: 4000 },
      },
    ],
  ]),
  places: new Map([
    place('yunling', FARM, '云岭黑猪养殖场', 'Yunling Black Pig Farm', '湖北恩施', 'Enshi, Hubei'),
    place('qingjiang', PLANT, '清江分割厂', 'Qingjiang Cutting', '湖北恩施', 'Enshi, Hubei'),
    place('qingjiang', TRUCK, '冷藏车，尾号 27', 'Refrigerated truck 27', '湖北恩施', 'Enshi, Hubei'),
    place('liangzhu', WHOLESALE, '良渚冷鲜批发', 'Liangzhu Fresh Wholesale', '浙江杭州', 'Hangzhou, Zhejiang'),
    place('xiaoman', KITCHEN, '小满饭馆', 'Xiaoman Kitchen', '杭州西湖区', 'Xihu, Hangzhou'),
  ]),
  organisations: new Map([
    organisation('yunling', '云岭养殖', 'Yunling Farms'),
    organisation('qingjiang', '清江肉业', 'Qingjiang Meat'),
    organisation('liangzhu', '良渚冷鲜', 'Liangzhu Fresh'),
    organisation('xiaoman', '小满饭馆', 'Xiaoman Kitchen'),
  ]),
}

const ORDER: CheckId[] = [
  'bundle',
  'checkpoint',
  'witnesses',
  'ledger',
  'seal',
  'inclusion',
  'contents',
  'completeness',
  'signatures',
  'findings',
  'inside',
]

/** The checks in their order: passed up to `failed`, which fails with `code`; none after it. */
export function checks(
  failed?: CheckId,
  code?: NonNullable<Check['code']>,
  detail: NonNullable<Check['detail']> = {},
): Check[] {
  let stopped = false
  return ORDER.map((check): Check => {
    if (check === failed && code !== undefined) {
      stopped = true
      return { id: check, status: 'failed', code, detail }
    }
    return { id: check, status: stopped || check === 'inside' ? 'unchecked' : 'passed' }
  })
}

const base = (state: Verdict['state'], made: Check[], shown: ProvenEvent[]): Verdict => ({
  subject: PACK,
  state,
  checks: made,
  checkpoint: {
    origin: 'trace.example/log',
    size: 4120896,
    root: Uint8Array.from({ length: 32 }, (_, i) => (i * 37 + 159) % 256),
  },
  sealedAtMs: at('22T19:08'),
  witnesses: [
    { name: 'Enshi-Farm-Produce-Laboratory', signed: true },
    { name: 'Hangzhou-Cold-Chain-Association', signed: true },
    { name: 'University-Ledger-Room', signed: true },
    { name: 'Consumers-Association', signed: false },
  ],
  events: shown,
  names: shown.length > 0 ? NAMES : { products: new Map(), places: new Map(), organisations: new Map() },
  reports: [],
  recalls: [],
  holds: [],
  grounds: [],
  findings: [],
  lineage: shown.length > 0 ? [PACK, LOT, PRODUCT, PIG, CASE, FARM, PLANT, TRUCK, WHOLESALE, KITCHEN] : [PACK],
})

export const CHECKED_AT_MS: number = at('22T19:10')

/** The lot is called back, or as an exercise. */
export function recallOperation(fields: Partial<Recall> = {}): Recall {
  return {
    op: 'recall',
    id: '5f0c9d1e-8a51-4c39-9a58-2f6f6a1f0b11',
    org: 'qingjiang',
    subjects: [LOT],
    class: 1,
    reason: { zh: '部分包装封口不严。', en: 'Some packs are not tightly sealed.' },
    hazard: { zh: '肉可能变质，吃了会生病。', en: 'The meat may spoil and make you ill.' },
    consumer: {
      zh: '不要食用。连同包装退回购买处。',
      en: 'Do not eat it. Take it back, in its pack, to where you got it.',
    },
    holder: { zh: '停止销售，单独存放，等候通知。', en: 'Stop selling it, keep it apart, and wait to be told.' },
    contact: '0718 555 0100',
    ...fields,
  }
}

function sampleRecall(fields: Partial<Recall> = {}): ProvenRecall {
  const since = '2026-11-22T08:30:00.000Z'
  const recall = recallOperation(fields)
  return { recall, entry: 4120801, position: 0, about: LOT, since, sealedAtMs: Date.parse(since) + 1000 }
}

function sampleHold(fields: Partial<ProvenHold> = {}): ProvenHold {
  const since = '2026-11-22T08:30:00.000Z'
  const hold: Hold = {
    ...{ op: 'hold', id: '6a0c9d1e-8a51-4c39-9a58-2f6f6a1f0b11', org: 'qingjiang', subjects: [LOT] },
    ground: {
      ...{ product: PRODUCT, limits: { minMilliC: 0, maxMilliC: 4000, toleranceS: 1800 }, way: [PACK, CASE] },
      ...{ readings: [{ entry: 97, position: 0, eventID: 'urn:uuid:00000000-0000-4000-8000-000000000001' }] },
      ...{ lowestMilliC: 1200, highestMilliC: 7300, outsideMs: 36_600_000 },
    },
  }
  const sealedAtMs = Date.parse(since) + 1000
  return { hold, entry: 98, position: 0, about: LOT, since, sealedAtMs, byLedger: true, ground: 'shown', ...fields }
}

export const sampleVerdicts = {
  consistent: (): Verdict => base('consistent', checks(), events(2900)),
  warm: (): Verdict => base('consistent', checks(), events(7400)),
  recalled: (): Verdict => ({ ...base('recalled', checks(), events(2900)), recalls: [sampleRecall()] }),
  held: (): Verdict => ({ ...base('held', checks(), events(7400)), holds: [sampleHold()] }),
  'held-unshown': (): Verdict => ({
    ...base('held', checks(), events(2900)),
    holds: [sampleHold({ ground: 'missing' })],
  }),
  released: (): Verdict => ({
    ...base('consistent', checks(), events(7400)),
    holds: [sampleHold({ released: { entry: 99, at: '2026-11-22T10:30:00.000Z', reason: 'tested and sound' } })],
  }),
  lifted: (): Verdict => ({
    ...base('consistent', checks(), events(2900)),
    recalls: [{ ...sampleRecall(), lifted: { entry: 4120890, at: '2026-11-22T10:30:00.000Z', reason: 'all is back' } }],
  }),
  drill: (): Verdict => ({ ...base('consistent', checks(), events(2900)), recalls: [sampleRecall({ drill: true })] }),
  elsewhere: (): Verdict => base('elsewhere', checks(), events(2900)),
  mismatch: (): Verdict => base('mismatch', checks('contents', 'PROOF_ROOT', { entry: 97, position: 0 }), []),
  rewritten: (): Verdict => base('mismatch', checks('ledger', 'LEDGER_FORK'), []),
  none: (): Verdict => base('none', checks(), []),
} satisfies Record<string, () => Verdict>

/** The same names as the operations that register them, organisations first. */
export function sampleOperations(): Operation[] {
  return [...NAMES.organisations.values(), ...NAMES.places.values(), ...NAMES.products.values()]
}
