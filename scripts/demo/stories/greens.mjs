import { gs1, party, place } from '../consortium.mjs'
import { gtin, serial } from '../identities.mjs'

const LETTUCE = gtin('70')
const BAG = gtin('71')
const FARM = place('41')
const PACKER = place('42')
const COLD = { minMilliC: 0, maxMilliC: 8000 }

const shop = (id, number, name, address, latE7, lonE7) => ({
  id,
  org: id,
  name,
  address,
  party: party(String(number + 10)),
  station: place(String(number)),
  site: { latE7, lonE7, accuracyM: 30 },
  roles: ['receive', 'sell', 'observe'],
  limits: COLD,
  start: 'receive',
  actions: { receive: { from: PACKER }, sell: {} },
})

const members = [
  {
    id: 'farm',
    org: 'fengle',
    name: { zh: '丰乐蔬菜基地', en: 'Fengle Vegetable Farm' },
    address: { zh: '浙江省嘉兴市', en: 'Jiaxing, Zhejiang' },
    party: party('51'),
    station: FARM,
    site: { latE7: 307_460_000, lonE7: 1_207_550_000, accuracyM: 80 },
    roles: ['commission', 'ship', 'observe'],
    start: 'commission',
    actions: { commission: {}, ship: { to: PACKER } },
  },
  {
    id: 'packer',
    org: 'qingshu',
    name: { zh: '清蔬净菜', en: 'Qingshu Fresh Cut' },
    address: { zh: '浙江省杭州市临平区', en: 'Linping, Hangzhou, Zhejiang' },
    party: party('52'),
    station: PACKER,
    site: { latE7: 304_200_000, lonE7: 1_203_000_000, accuracyM: 40 },
    roles: ['receive', 'transform', 'ship', 'observe'],
    limits: COLD,
    start: 'receive',
    actions: { receive: { from: FARM }, transform: {}, ship: {} },
  },
  shop(
    'west',
    43,
    { zh: '西溪超市', en: 'Xixi Market' },
    { zh: '杭州市西湖区', en: 'Xihu, Hangzhou' },
    302_700_000,
    1_200_700_000,
  ),
  shop(
    'south',
    44,
    { zh: '滨江超市', en: 'Binjiang Market' },
    { zh: '杭州市滨江区', en: 'Binjiang, Hangzhou' },
    302_080_000,
    1_202_100_000,
  ),
]

/** Salad of several lots in bags of two shops; people fell ill, and what their bags have in common is one lot. */
export const greens = {
  about: 'Bags of salad from two fields, sold in two shops; those who fell ill had bags that share one lot.',
  members,
  products: [
    {
      op: 'register-product',
      org: 'fengle',
      product: gs1(`01/${LETTUCE}`),
      name: { zh: '生菜', en: 'Lettuce' },
      spec: { zh: '散装，按批', en: 'In bulk, by lot' },
    },
    {
      op: 'register-product',
      org: 'qingshu',
      product: gs1(`01/${BAG}`),
      name: { zh: '即食沙拉', en: 'Ready salad' },
      spec: { zh: '150 克袋装', en: 'Bag of 150 g' },
      limits: COLD,
    },
  ],
  goods: (run) => ({
    lettuceGtin: LETTUCE,
    bagGtin: BAG,
    fieldA: serial(run, 'field A'),
    fieldB: serial(run, 'field B'),
    bag1: serial(run, 'bag 1'),
    bag2: serial(run, 'bag 2'),
    bag3: serial(run, 'bag 3'),
    bag4: serial(run, 'bag 4'),
  }),
  shown: ({ bagGtin, bag1 }) => `/01/${bagGtin}/21/${bag1}`,
  /** Of these bags complaints came; the first is shown. */
  others: ({ bagGtin, bag3 }) => [`/01/${bagGtin}/21/${bag3}`],
  told: 'Complaints came about this bag, too; what both have in common is the lot of field A',
}
