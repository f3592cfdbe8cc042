import { gs1, party, place } from '../consortium.mjs'
import { gtin, serial } from '../identities.mjs'

const PADDY = gtin('50')
const RICE = gtin('51')
const FIELD = place('21')
const MILL = place('22')
const SHOP = place('23')

/** Where Wuchang rice grows, roughly: what it was given its name for is registered as a region. */
const WUCHANG = [
  { latE7: 445_000_000, lonE7: 1_266_000_000 },
  { latE7: 445_000_000, lonE7: 1_280_000_000 },
  { latE7: 453_000_000, lonE7: 1_280_000_000 },
  { latE7: 453_000_000, lonE7: 1_266_000_000 },
]

const members = [
  {
    id: 'field',
    org: 'longfeng',
    name: { zh: '龙凤山水稻合作社', en: 'Longfengshan Rice Cooperative' },
    address: { zh: '黑龙江省五常市', en: 'Wuchang, Heilongjiang' },
    party: party('31'),
    station: FIELD,
    roles: ['commission', 'ship', 'observe'],
    start: 'commission',
    actions: { commission: {}, ship: { to: MILL } },
  },
  {
    id: 'mill',
    org: 'lalin',
    name: { zh: '拉林河米业', en: 'Lalin River Mill' },
    address: { zh: '黑龙江省五常市', en: 'Wuchang, Heilongjiang' },
    party: party('32'),
    station: MILL,
    site: { latE7: 449_190_000, lonE7: 1_271_570_000, accuracyM: 50 },
    roles: ['receive', 'transform', 'sell', 'ship', 'observe'],
    start: 'receive',
    actions: { receive: { from: FIELD }, transform: {}, sell: {}, ship: { to: SHOP } },
  },
  {
    id: 'shop',
    org: 'suhe',
    name: { zh: '苏河粮店', en: 'Suhe Grain Shop' },
    address: { zh: '上海市静安区', en: "Jing'an, Shanghai" },
    party: party('33'),
    station: SHOP,
    site: { latE7: 312_400_000, lonE7: 1_214_600_000, accuracyM: 30 },
    roles: ['receive', 'sell', 'observe'],
    start: 'receive',
    actions: { receive: { from: MILL }, sell: {} },
  },
]

const product = (org, number, name, spec) => ({
  op: 'register-product',
  org,
  product: gs1(`01/${number}`),
  name,
  spec,
  region: WUCHANG,
})

/** Rice of a region: what is sold is weighed against what was harvested. */
export const rice = {
  about: 'A lot of Wuchang rice, weighed from the field to the shop: four days in less than a minute.',
  members,
  products: [
    product('longfeng', PADDY, { zh: '五常稻谷', en: 'Wuchang paddy' }, { zh: '散装', en: 'In bulk' }),
    product('lalin', RICE, { zh: '五常大米', en: 'Wuchang rice' }, { zh: '称重销售', en: 'Sold by weight' }),
  ],
  goods: (run) => ({ paddyGtin: PADDY, riceGtin: RICE, paddy: serial(run, 'paddy'), rice: serial(run, 'rice') }),
  shown: ({ riceGtin, rice: lot }) => `/01/${riceGtin}/10/${lot}`,
}
