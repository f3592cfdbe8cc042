import { asset, gs1, party, place } from '../consortium.mjs'
import { gtin, serial, sscc } from '../identities.mjs'

const VACCINE = gtin('60')
const PLANT = place('31')
const PHARMACY = place('32')
const TRUCK = asset('TRUCK08')
const COLD = { minMilliC: 2000, maxMilliC: 8000 }

const members = [
  {
    id: 'plant',
    org: 'hanjiang',
    name: { zh: '汉江生物制品', en: 'Hanjiang Biologicals' },
    address: { zh: '湖北省武汉市', en: 'Wuhan, Hubei' },
    party: party('41'),
    station: PLANT,
    site: { latE7: 304_900_000, lonE7: 1_144_100_000, accuracyM: 30 },
    roles: ['commission', 'pack', 'ship', 'observe'],
    limits: COLD,
    start: 'commission',
    actions: { commission: {}, pack: {}, ship: { to: PHARMACY } },
  },
  {
    id: 'truck',
    org: 'hengwen',
    name: { zh: '恒温医药物流', en: 'Hengwen Medical Logistics' },
    stationName: { zh: '冷藏车 08', en: 'Refrigerated truck 08' },
    address: { zh: '湖北省武汉市（在途）', en: 'Wuhan, Hubei (on the road)' },
    party: party('42'),
    station: TRUCK,
    roles: ['pack', 'observe'],
    limits: COLD,
    start: 'load',
    observe: '2h',
    actions: { load: {}, unload: {} },
  },
  {
    id: 'pharmacy',
    org: 'qingshan',
    name: { zh: '青山药房', en: 'Qingshan Pharmacy' },
    address: { zh: '湖北省宜昌市', en: 'Yichang, Hubei' },
    party: party('43'),
    station: PHARMACY,
    site: { latE7: 306_920_000, lonE7: 1_112_870_000, accuracyM: 30 },
    roles: ['receive', 'pack', 'observe'],
    limits: COLD,
    start: 'receive',
    actions: { receive: { from: PLANT }, unpack: {} },
  },
]

/** Vaccine from 2 to 8 °C, in a truck whose cooling fails on the way. */
export const vaccine = {
  about:
    'A box of vaccine on its way to a pharmacy, in a truck whose cooling fails for two hours: the ledger holds the lot.',
  members,
  products: [
    {
      op: 'register-product',
      org: 'hanjiang',
      product: gs1(`01/${VACCINE}`),
      name: { zh: '冻干疫苗（示例）', en: 'Freeze-dried vaccine (example)' },
      spec: { zh: '每盒 10 支，2–8 °C', en: 'Box of 10, 2–8 °C' },
      limits: { ...COLD, maxKineticMilliC: 8000 },
    },
  ],
  goods: (run) => ({ gtin: VACCINE, box1: serial(run, 'box 1'), box2: serial(run, 'box 2'), sscc: sscc(run, 4) }),
  shown: ({ gtin: number, box1 }) => `/01/${number}/21/${box1}`,
}
