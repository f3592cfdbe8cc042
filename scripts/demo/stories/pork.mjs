import { asset, gs1, party, place } from '../consortium.mjs'
import { PIG_GTIN, PORK_GTIN, serial, sscc } from '../identities.mjs'

const CHILLED = { minMilliC: 0, maxMilliC: 4000 }

const FARM = place('01')
const PLANT = place('02')
const WHOLESALER = place('03')
const RESTAURANT = place('04')
const TRUCK = asset('TRUCK27')

/**
 * The five members: each an organisation with one gateway at one station. `id` names the gateway, and its instruments in the scenario.
 * `actions` is what its scans can mean, with where the goods go.
 */
const members = [
  {
    id: 'farm',
    org: 'yunling',
    name: { zh: '云岭黑猪养殖场', en: 'Yunling Black Pig Farm' },
    address: { zh: '湖北省恩施市', en: 'Enshi, Hubei' },
    party: party('11'),
    station: FARM,
    site: { latE7: 302_721_000, lonE7: 1_094_883_000, accuracyM: 50 },
    roles: ['commission', 'ship', 'observe'],
    start: 'commission',
    actions: { commission: {}, ship: { to: PLANT } },
  },
  {
    id: 'plant',
    org: 'qingjiang',
    name: { zh: '清江分割厂', en: 'Qingjiang Cutting Plant' },
    address: { zh: '湖北省恩施州', en: 'Enshi Prefecture, Hubei' },
    party: party('12'),
    station: PLANT,
    site: { latE7: 304_417_000, lonE7: 1_097_562_000, accuracyM: 50 },
    roles: ['receive', 'transform', 'pack', 'ship', 'observe'],
    limits: CHILLED,
    start: 'receive',
    actions: { receive: { from: FARM }, transform: {}, pack: {}, ship: { to: WHOLESALER } },
  },
  {
    id: 'truck',
    org: 'chenlu',
    name: { zh: '晨路冷链', en: 'Chenlu Cold Chain' },
    stationName: { zh: '冷藏车 27', en: 'Refrigerated truck 27' },
    address: { zh: '湖北省恩施市（在途）', en: 'Enshi, Hubei (on the road)' },
    party: party('13'),
    station: TRUCK,
    roles: ['pack', 'observe'],
    limits: CHILLED,
    start: 'load',
    observe: '4h',
    actions: { load: {}, unload: {} },
  },
  {
    id: 'wholesaler',
    org: 'liangzhu',
    name: { zh: '良渚冷鲜批发', en: 'Liangzhu Fresh Wholesale' },
    address: { zh: '浙江省杭州市余杭区', en: 'Yuhang, Hangzhou, Zhejiang' },
    party: party('14'),
    station: WHOLESALER,
    site: { latE7: 303_789_000, lonE7: 1_200_342_000, accuracyM: 30 },
    roles: ['receive', 'pack', 'ship', 'observe'],
    limits: CHILLED,
    start: 'receive',
    actions: { receive: { from: PLANT }, unpack: {}, ship: { to: RESTAURANT } },
  },
  {
    id: 'restaurant',
    org: 'xiaoman',
    name: { zh: '小满饭馆', en: 'Xiaoman Kitchen' },
    address: { zh: '浙江省杭州市西湖区', en: 'Xihu, Hangzhou, Zhejiang' },
    party: party('15'),
    station: RESTAURANT,
    site: { latE7: 302_597_000, lonE7: 1_201_303_000, accuracyM: 30 },
    roles: ['receive', 'sell', 'observe'],
    limits: CHILLED,
    start: 'receive',
    actions: { receive: { from: WHOLESALER }, sell: {} },
  },
]

const products = [
  {
    op: 'register-product',
    org: 'yunling',
    product: gs1(`01/${PIG_GTIN}`),
    name: { zh: '恩施黑猪', en: 'Enshi black pig' },
    spec: { zh: '活猪，耳标', en: 'Live pig, ear tag' },
  },
  {
    op: 'register-product',
    org: 'qingjiang',
    product: gs1(`01/${PORK_GTIN}`),
    name: { zh: '冷鲜黑猪肉', en: 'Chilled black pork' },
    spec: { zh: '前腿肉，400 克，托盘装', en: 'Foreleg, 400 g tray' },
    limits: CHILLED,
  },
]

/** Chilled pork: from a farm in the Enshi hills to a restaurant's table in Hangzhou. */
export const pork = {
  about: 'One pack of pork, from the farm to the table: 70 hours in less than a minute.',
  members,
  products,
  /** The goods of one play, as variables of its scenario: every run has its own, none twice. */
  goods: (run) => ({
    run: String(run).padStart(2, '0'),
    pigGtin: PIG_GTIN,
    porkGtin: PORK_GTIN,
    pig: serial(run, 'pig'),
    pack1: serial(run, 'pack 1'),
    pack2: serial(run, 'pack 2'),
    pack3: serial(run, 'pack 3'),
    sscc: sscc(run),
  }),
  shown: ({ porkGtin, pack1 }) => `/01/${porkGtin}/21/${pack1}`,
}
