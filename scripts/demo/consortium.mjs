import { gln, PIG_GTIN, PORK_GTIN, PREFIX } from './identities.mjs'

const gs1 = (path) => `https://id.gs1.org/${path}`
const place = (reference) => gs1(`414/${gln(reference)}`)
const party = (reference) => gs1(`417/${gln(reference)}`)
const asset = (name) => gs1(`8004/${PREFIX}-${name}`)

const ZONE = 'Asia/Shanghai'
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
export const MEMBERS = [
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

const PRODUCTS = [
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

/** What an administrator signs to begin with: organisations, their places and products, and then the gateways' own requests. */
export function operations(enrolmentRequests) {
  const organisations = MEMBERS.map(({ org, party, name }) => ({ op: 'enrol-organisation', org, party, name }))
  const places = MEMBERS.map(({ org, station, name, stationName, address, site }) => ({
    op: 'register-place',
    org,
    place: station,
    name: stationName ?? name,
    address,
    ...(site && { latE7: site.latE7, lonE7: site.lonE7 }),
    zone: ZONE,
  }))
  return [...organisations, ...places, ...PRODUCTS, ...enrolmentRequests]
}

/** A gateway's configuration. `ports` are the simulator's addresses; `everyMs` is how often the thermometer is asked. */
export function gatewayConfig(member, { mqttUrl, ledgerKey, ports, everyMs }) {
  const { id, org, station, roles, site, limits, start, observe, actions } = member
  const uri = asset(`GW-${id.toUpperCase()}`)
  return {
    gateway: { org, id, uri, station, roles, zone: ZONE },
    data: './data',
    uplink: { url: mqttUrl, ledgerKey },
    place: { source: 'gnss', device: 'gnss', ...(site && { site }) },
    clock: { source: 'gnss', device: 'gnss' },
    devices: [
      {
        id: 'thermo',
        driver: 'modbus-th',
        port: ports[`${id}.thermo`],
        baudRate: 9600,
        profile: 'xy-md02',
        unit: 1,
        every: `${everyMs}ms`,
        timeout: '200ms',
      },
      { id: 'scanner', driver: 'scanner', port: ports[`${id}.scanner`], baudRate: 9600, aim: 'required' },
      { id: 'gnss', driver: 'nmea', port: ports[`${id}.gnss`], baudRate: 38_400, hdopMax: 5 },
    ],
    stations: [
      {
        id: 'dock',
        scanner: 'scanner',
        thermometer: 'thermo',
        holds: station,
        ...(limits && { limits }),
        start,
        ...(observe && { observe }),
        actions,
      },
    ],
  }
}
