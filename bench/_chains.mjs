// Made-up food chains for the trace graph: fields, washing, mixing, packing, a distribution centre, shops, sales; the same in every run with
// the same seed. Beside the ordinary ones: a spice that reaches `places` shops, a lot of `items` items, and a field behind twenty complaints.
import { Random } from './_random.mjs'

const T0 = Date.parse('2026-01-01T00:00:00.000Z')
const GTIN = [
  '09506000134352',
  '09506000000015',
  '09506000000022',
  '09506000000039',
  '09506000000046',
  '09506000000053',
]

const lot = (product, name) => `https://id.gs1.org/01/${GTIN[product]}/10/${name}`
export const ITEM_LOT = lot(0, 'ITEMS')
export const SPICE = lot(1, 'SPICE')
export const BAD_FIELD = lot(1, 'BADFIELD')
const site = (number) => `https://id.gs1.org/414/${digits(`950${String(number).padStart(9, '0')}`)}`
const shop = (number) => site(100_000 + number)

/** Yields `count` events and a few more, each as EPCIS JSON; fills `asked` with subjects that are worth asking for. */
export function* chains(count, asked, { seed = 7, places = 10_000, items = 100_000, shops = 12_000 } = {}) {
  const random = new Random(seed)
  let [number, minute, units] = [0, 0, 0]
  const event = (more, at = minute) => {
    const eventID = `urn:uuid:${String(number++).padStart(8, '0')}-0000-4000-8000-${random.hex(12)}`
    const eventTime = new Date(T0 + at * 60_000).toISOString()
    return { eventID, eventTime, eventTimeZoneOffset: '+08:00', ...stamps(at), ...more }
  }
  const sscc = () => `https://id.gs1.org/00/${digits(`3950600${String(units++).padStart(10, '0')}`)}`
  const transform = (inputs, outputs, place) =>
    event({
      type: 'TransformationEvent',
      bizStep: 'commissioning',
      inputQuantityList: inputs.map((epcClass) => ({ epcClass, quantity: 10, uom: 'KGM' })),
      outputQuantityList: outputs.map((epcClass) => ({ epcClass, quantity: 40, uom: 'KGM' })),
      bizLocation: { id: place },
    })
  /** A box from the packer over a truck to a shop. */
  function* delivered(lots, packer, target) {
    const [box, truck] = [sscc(), `https://id.gs1.org/8003/09506000000077T${random.below(300)}`]
    const contents = lots.map((epcClass) => ({ epcClass, quantity: 2, uom: 'KGM' }))
    const moved = { parentID: truck, childEPCs: [box] }
    yield event({
      type: 'AggregationEvent',
      action: 'ADD',
      bizStep: 'packing',
      parentID: box,
      childQuantityList: contents,
      bizLocation: { id: packer },
    })
    yield event(
      { type: 'AggregationEvent', action: 'ADD', bizStep: 'loading', ...moved, readPoint: { id: packer } },
      minute + 5,
    )
    yield event(
      { type: 'ObjectEvent', action: 'OBSERVE', bizStep: 'shipping', epcList: [box], readPoint: { id: packer } },
      minute + 6,
    )
    yield event(
      { type: 'AggregationEvent', action: 'DELETE', bizStep: 'unloading', ...moved, readPoint: { id: target } },
      minute + 300,
    )
    yield event(
      {
        type: 'ObjectEvent',
        action: 'OBSERVE',
        bizStep: 'receiving',
        epcList: [box],
        bizLocation: { id: target },
        sensorElementList: [reading(random)],
      },
      minute + 301,
    )
    yield event(
      {
        type: 'AggregationEvent',
        action: 'DELETE',
        bizStep: 'unpacking',
        parentID: box,
        childQuantityList: contents,
        bizLocation: { id: target },
      },
      minute + 330,
    )
  }

  // Ingredients of which much was made, for what is made later.
  let store = []
  yield event({
    type: 'ObjectEvent',
    action: 'ADD',
    bizStep: 'commissioning',
    quantityList: [{ epcClass: SPICE, quantity: 5000, uom: 'KGM' }],
    bizLocation: { id: site(1) },
  })
  yield event({
    type: 'ObjectEvent',
    action: 'ADD',
    bizStep: 'commissioning',
    quantityList: [{ epcClass: BAD_FIELD, quantity: 900, uom: 'KGM' }],
    bizLocation: { id: site(2) },
  })
  for (let i = 0; i < items; i += 100)
    yield event({
      type: 'ObjectEvent',
      action: 'ADD',
      bizStep: 'commissioning',
      epcList: Array.from(
        { length: Math.min(100, items - i) },
        (_, n) => `https://id.gs1.org/01/${GTIN[0]}/21/S${i + n}`,
      ),
      ilmd: { 'cbvmda:lotNumber': 'ITEMS' },
      bizLocation: { id: site(3) },
    })
  const reaches = Math.max(1, Math.round(places / 100))
  asked.complaints = []
  for (let i = 0; number < count || i < reaches; i++) {
    minute += 1
    const plant = site(10 + random.below(200))
    const fields = Array.from({ length: 2 + random.below(4) }, (_, n) => lot(1, `F${i}.${n}`))
    for (const epcClass of fields)
      yield event({
        type: 'ObjectEvent',
        action: 'ADD',
        bizStep: 'commissioning',
        quantityList: [{ epcClass, quantity: 40, uom: 'KGM' }],
        bizLocation: { id: site(1000 + random.below(5000)) },
      })
    const bad = i % 50 === 7 && asked.complaints.length < 20
    // Of two of the twenty the link to the field was never recorded.
    const inputs = bad && asked.complaints.length % 10 !== 9 ? [...fields, BAD_FIELD] : fields
    const washed = [lot(2, `W${i}`)]
    yield transform(inputs, washed, plant)
    const older = store.length > 0 && random.below(3) === 0 ? [random.pick(store)] : []
    const mixed = Array.from({ length: 1 + random.below(3) }, (_, n) => lot(3, `M${i}.${n}`))
    yield transform([...washed, ...older, ...(i < reaches ? [SPICE] : [])], mixed, plant)
    const packed = lot(4, `P${i}`)
    yield transform(mixed, [packed], plant)
    if (bad) asked.complaints.push(packed)
    store.push(packed)
    if (store.length > 2000) store = store.slice(1000)
    asked.last = packed
    const boxes = i < reaches ? Math.min(100, places) : 2 + random.below(8)
    for (let box = 0; box < boxes; box++)
      yield* delivered([packed], plant, shop(i < reaches ? i * 100 + box : random.below(shops)))
    for (let sale = 0; sale < 6; sale++)
      yield event(
        {
          type: 'ObjectEvent',
          action: 'DELETE',
          bizStep: 'retail_selling',
          quantityList: [{ epcClass: packed, quantity: 0.5, uom: 'KGM' }],
          bizLocation: { id: shop(random.below(shops)) },
        },
        minute + 900 + sale,
      )
  }
}

function stamps(at) {
  return {
    'tristamp:geo': { source: 'site', latE7: 302_400_000, lonE7: 1_094_800_000, accuracyM: 5 },
    'tristamp:clock': {
      source: 'ntp',
      uncertaintyMs: 200,
      bootId: '7c1d52cc-6f0c-4b4e-9f55-0b6f7a3f1c11',
      monotonicMs: at * 60_000,
    },
    'tristamp:origin': 'device',
  }
}

function reading(random) {
  const minValue = random.below(40) / 10
  return { sensorReport: [{ type: 'Temperature', minValue, maxValue: minValue + random.below(30) / 10, uom: 'CEL' }] }
}

/** With its GS1 check digit. */
function digits(text) {
  let sum = 0
  for (let i = 0; i < text.length; i++) sum += Number(text[text.length - 1 - i]) * (i % 2 === 0 ? 3 : 1)
  return `${text}${(10 - (sum % 10)) % 10}`
}
