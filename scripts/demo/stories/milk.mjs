import { writeFileSync } from 'node:fs'
import { gs1, party, place } from '../consortium.mjs'
import { gtin, serial } from '../identities.mjs'

const MILK = gtin('80')
const POWDER = gtin('81')
const TIN = gtin('82')
const DAIRY = place('51')
const SHOP = place('52')
/** Beside the folder of the gateway's configuration. */
const MODEL = 'milk-powder.json'
const CALIBRATION = { id: 'https://lab.example/calibration/17', until: '2046-01-01T00:00:00.000Z' }

const members = [
  {
    id: 'dairy',
    org: 'chilechuan',
    name: { zh: '敕勒川乳业', en: 'Chilechuan Dairy' },
    address: { zh: '内蒙古呼和浩特市', en: 'Hohhot, Inner Mongolia' },
    party: party('61'),
    station: DAIRY,
    site: { latE7: 408_420_000, lonE7: 1_117_490_000, accuracyM: 60 },
    roles: ['commission', 'transform', 'ship', 'observe'],
    start: 'commission',
    actions: { commission: {}, transform: {}, fill: { action: 'transform' }, ship: { to: SHOP } },
    instruments: 4,
    tests: (ports) => ({
      devices: [{ id: 'nir', driver: 'spectrum-json', port: ports['dairy.nir'] }],
      tests: [{ station: 'dock', spectrometer: 'nir', model: MODEL, calibration: CALIBRATION }],
    }),
  },
  {
    id: 'shop',
    org: 'dongsi',
    name: { zh: '东四母婴店', en: "Dongsi Children's Shop" },
    address: { zh: '北京市东城区', en: 'Dongcheng, Beijing' },
    party: party('62'),
    station: SHOP,
    site: { latE7: 399_100_000, lonE7: 1_164_100_000, accuracyM: 30 },
    roles: ['receive', 'sell', 'observe'],
    start: 'receive',
    actions: { receive: { from: DAIRY }, sell: {} },
  },
]

const product = (number, name, spec) => ({
  op: 'register-product',
  org: 'chilechuan',
  product: gs1(`01/${number}`),
  name,
  spec,
})

/** Milk powder of two lots, one of them stretched: the test before packing sees it, and the record keeps it. */
export const milk = {
  about: 'Tins of milk powder, tested by lot with a near-infrared instrument; one lot was stretched with melamine.',
  members,
  products: [
    product(MILK, { zh: '生鲜乳', en: 'Raw milk' }, { zh: '罐装', en: 'In a tank' }),
    product(POWDER, { zh: '全脂奶粉', en: 'Whole milk powder' }, { zh: '按批', en: 'By lot' }),
    product(TIN, { zh: '罐装奶粉', en: 'Milk powder in tins' }, { zh: '900 克罐', en: 'Tin of 900 g' }),
  ],
  goods: (run) => ({
    milkGtin: MILK,
    powderGtin: POWDER,
    tinGtin: TIN,
    tank1: serial(run, 'tank 1'),
    tank2: serial(run, 'tank 2'),
    lot1: serial(run, 'lot 1'),
    lot2: serial(run, 'lot 2'),
    tin1: serial(run, 'tin 1'),
    tin2: serial(run, 'tin 2'),
  }),
  shown: ({ tinGtin, tin2 }) => `/01/${tinGtin}/21/${tin2}`,
  /** A model of good powder, trained as a laboratory would. `folderOf` says where a gateway's configuration is. */
  async prepare(children, folderOf) {
    const folder = folderOf('dairy')
    const axis = ['--axis', '900:1700:10']
    const spectra = await children.run('instruments', 'sim', [
      'spectra',
      '--sample',
      'milk-powder',
      '--count',
      '80',
      ...axis,
    ])
    writeFileSync(`${folder}/milk-powder.csv`, spectra)
    const nir = ['--instrument', 'nir-module', '--setting', 'integrationUs=20000', '--bin', '2']
    const files = ['--in', `${folder}/milk-powder.csv`, '--out', `${folder}/${MODEL}`]
    await children.run('dairy', 'agent', ['model', 'train', '--alpha', '0.01', ...files, ...nir])
  },
}
