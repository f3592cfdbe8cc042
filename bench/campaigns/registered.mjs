// What the ledger knows beforehand: products with their limits, a region, towns.
const gs1 = (path) => `https://id.gs1.org/${path}`
/** Example numbers with right check digits. */
export const PORK = gs1('01/09506000134352')
export const MEAT = gs1('01/09506000134369')
export const RICE = gs1('01/09506000134376')
export const VACCINE = gs1('01/09506000134383')

export const TOWNS = {
  enshi: [30.2721, 109.4883],
  hangzhou: [30.2597, 120.1303],
  wuchang: [44.9061, 127.1503],
  shanghai: [31.2304, 121.4737],
  chengdu: [30.5728, 104.0668],
  urumqi: [43.8256, 87.6168],
  dalian: [38.914, 121.6147],
  yantai: [37.4638, 121.4479],
}
/** Degrees as stamps have them. */
export const e7 = (degrees) => Math.round(degrees * 1e7)

/** Some 50 km around Wuchang: a region as it is registered. */
const REGION = [
  [44.5, 126.6],
  [44.5, 127.9],
  [45.3, 127.9],
  [45.3, 126.6],
].map(([lat, lon]) => ({ latE7: e7(lat), lonE7: e7(lon) }))

const LIMITS = { minMilliC: 0, maxMilliC: 6000 }
const registered = (product, more) => [
  product,
  { op: 'register-product', org: 'o', product, name: { zh: 'x', en: 'x' }, spec: { zh: 'x', en: 'x' }, ...more },
]
export const NAMES = {
  products: new Map([
    registered(PORK, { limits: LIMITS }),
    registered(MEAT, { limits: LIMITS }),
    registered(RICE, { region: REGION }),
    registered(VACCINE, { limits: { minMilliC: 2000, maxMilliC: 8000 } }),
  ]),
  places: new Map(),
  organisations: new Map(),
}
