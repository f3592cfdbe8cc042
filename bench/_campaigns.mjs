// Honest and dishonest campaigns: each makes one product's whole life. What is wrong in a dishonest one is in its name, and what should find it beside it.
import { DAY, element, Life, MEAT, PORK, RICE, VACCINE } from './_lives-told.mjs'

const HOUR = 3_600_000
/** A case's number, with its check digit. */
function unit(life) {
  const digits = `39506000134${String(life.random.below(1_000_000)).padStart(6, '0')}`
  const sum = [...digits].reduce((total, digit, i) => total + Number(digit) * (i % 2 === 0 ? 3 : 1), 0)
  return `https://id.gs1.org/00/${digits}${(10 - (sum % 10)) % 10}`
}
const kg = (epcClass, quantity) => ({ epcClass, quantity, uom: 'KGM' })

/** Reads the air of where the goods are, along with an event. */
const air = (life, hours, options) => ({ sensorElementList: life.air(hours, options) })

/** Pig, trays, case, road, wholesale, shop: with `hook(name, life, goods)` before each stage for those who cheat. */
function pork(life, hook = () => undefined) {
  const pig = `${PORK}/21/P${life.run}`
  const trays = [1, 2, 3].map((n) => `${MEAT}/21/${life.run}${n}`)
  const box = unit(life)
  const goods = { pig, trays, box }
  const told = (stage, tell) => {
    if (hook(stage, life, goods) !== 'skip') tell()
    hook(`after ${stage}`, life, goods)
  }
  told('birth', () => life.object('ADD', 'commissioning', [pig]))
  life.wait(6)
  told('farm ships', () => life.object('OBSERVE', 'shipping', [pig]))
  life.wait(3).by('plant')
  told('plant receives', () => life.object('OBSERVE', 'receiving', [pig], air(life, 2)))
  life.wait(14)
  told('cut', () =>
    life.tell({
      type: 'TransformationEvent',
      bizStep: 'commissioning',
      inputEPCList: [pig],
      outputEPCList: trays,
      ...air(life, 14),
    }),
  )
  life.wait(0.7)
  if (life.chance(5)) life.object('DELETE', 'retail_selling', [trays[1]]).takeBack().wait(0.1)
  if (life.chance(1)) life.tellAgain()
  // A case that was packed in a hurry is unpacked and packed again; a wrong scan is taken back.
  told('pack', () => life.pack('ADD', box, trays))
  if (life.chance(10)) life.wait(0.2).pack('DELETE', box, trays).wait(0.2).pack('ADD', box, trays)
  life.wait(4)
  told('plant ships', () => life.object('OBSERVE', 'shipping', [box], air(life, 4)))
  life.wait(0.3).by('truck')
  told('load', () => life.object('OBSERVE', 'loading', [box]))
  const flown = life.chance(15)
  life.wait(flown ? 3 : 0.5).travel('hangzhou', flown ? 780 : life.between(55, 105))
  told('unload', () =>
    life.wait(flown ? 2 : 0.3).object('OBSERVE', 'unloading', [box], air(life, 14, { device: `box-${life.run}` })),
  )
  life.wait(0.2).by('market')
  told('market receives', () => life.object('OBSERVE', 'receiving', [box]))
  life.wait(20)
  // The same stretch of one thermometer is told with both, as a gateway does.
  const stay = air(life, 20)
  told('unpack', () =>
    life.tell({
      type: 'AggregationEvent',
      action: 'DELETE',
      bizStep: 'unpacking',
      parentID: box,
      childEPCs: trays,
      ...stay,
    }),
  )
  life.wait(0.1)
  told('market stores', () => life.object('OBSERVE', 'storing', trays, stay))
  life.wait(8)
  // Into the hands of the shop or of the market's own counter.
  if (life.chance(50)) {
    told('market ships', () => life.object('OBSERVE', 'shipping', trays))
    life.wait(1).by('shop')
    told('shop receives', () => life.object('OBSERVE', 'receiving', trays, air(life, 1)))
    life.wait(10)
  }
  // Calm days in a cold room, one record a day.
  for (let day = life.random.below(6); day > 0; day--)
    life.wait(24, 0.02).object('OBSERVE', 'storing', trays, air(life, 24))
  told('sell', () => life.object('DELETE', 'retail_selling', [trays[0]], air(life, 5)))
  if (life.chance(8)) {
    life.wait(5).object('OBSERVE', 'receiving', [trays[0]], { disposition: 'returned' })
    if (life.chance(50)) life.wait(2).object('DELETE', 'retail_selling', [trays[0]])
    else life.wait(2).object('DELETE', 'destroying', [trays[0]])
  }
  hook('end', life, goods)
}

/** Rice of a region: harvest, mill, packs in lots, several sales by weight, by ferry to the other side of a strait. */
function rice(life, hook = () => undefined) {
  const [field, white] = [`${RICE}/10/F${life.run}`, `${RICE}/10/W${life.run}`]
  const goods = { field, white, harvested: 1000 + life.random.below(9000) }
  life.at = [44.9061, 127.1503]
  const lot = (action, bizStep, list, more) =>
    life.tell({ type: 'ObjectEvent', action, bizStep, quantityList: list, ...more })
  hook('birth', life, goods)
  lot('ADD', 'commissioning', [kg(field, goods.harvested)])
  life.wait(48)
  const milled = Math.round(goods.harvested * life.between(0.6, 0.72))
  goods.milled = hook('mill', life, goods) ?? milled
  life.tell({
    type: 'TransformationEvent',
    bizStep: 'commissioning',
    // Another scale weighs it again.
    inputQuantityList: [kg(field, Math.round(goods.harvested * (1 + life.noise(0.002))))],
    outputQuantityList: [kg(white, goods.milled)],
  })
  life.wait(30)
  const parts = 2 + life.random.below(6)
  hook('stored', life, goods)
  // In one load, or in two; weighed again where it comes.
  const loads = life.chance(25)
    ? [Math.round(goods.milled / 3), goods.milled - Math.round(goods.milled / 3)]
    : [goods.milled]
  for (const load of loads) lot('OBSERVE', 'shipping', [kg(white, load)])
  life.travel('dalian', 80).travel('yantai', 38).wait(4).by('market')
  const came = hook('receive', life, goods) ?? 1
  for (const load of life.chance(15) ? [goods.milled] : loads) {
    const weighed = Math.round(load * came * (1 + life.noise(0.002)) * 1000) / 1000
    if (came > 0) lot('OBSERVE', 'receiving', [kg(white, weighed)])
  }
  // A kitchen boils some: more comes out than went in, by the water that nobody records.
  if (life.chance(2)) {
    life.tell({
      type: 'TransformationEvent',
      bizStep: 'commissioning',
      inputQuantityList: [{ epcClass: white, quantity: 10_000, uom: 'GRM' }],
      outputQuantityList: [kg(`${MEAT}/10/B${life.run}`, 24)],
    })
    goods.milled -= 10
  }
  let left = goods.milled * (1 + life.noise(0.002))
  const factor = hook('sales', life, goods) ?? 1
  for (let n = 0; n < parts; n++) {
    const part = n === parts - 1 ? left : Math.round((left / (parts - n)) * life.between(0.7, 1.2))
    left -= part
    life.wait(24)
    lot('DELETE', 'retail_selling', [kg(white, Math.round(part * factor * 1000) / 1000)])
    // What does not sell comes back, and is sold again.
    if (life.chance(15) && factor === 1) {
      const back = Math.round(part * 0.3)
      life.wait(20)
      lot('OBSERVE', 'receiving', [kg(white, back)], { disposition: 'returned' })
      left += back
    }
  }
}

/** Rice that is put into two lots of smaller bags, weighed again. */
function split(life, factor = 1 + life.noise(0.001)) {
  const white = `${RICE}/10/W${life.run}`
  const kilos = 1000 + life.random.below(9000)
  const half = Math.round(kilos * life.between(0.3, 0.7))
  const parts = [kg(`${white}A`, half), kg(`${white}B`, Math.round((kilos * factor - half) * 1000) / 1000)]
  life.at = [44.9061, 127.1503]
  life.tell({ type: 'ObjectEvent', action: 'ADD', bizStep: 'commissioning', quantityList: [kg(white, kilos)] })
  life.wait(5).tell({
    type: 'TransformationEvent',
    bizStep: 'repackaging',
    inputQuantityList: [kg(white, kilos)],
    outputQuantityList: parts,
  })
  for (const part of parts)
    life.wait(30).tell({ type: 'ObjectEvent', action: 'DELETE', bizStep: 'retail_selling', quantityList: [part] })
}

/** A pallet of vaccine with buffered probes, flown, stored for weeks without an alarm. */
function vaccine(life, hook = () => undefined) {
  const box = `${VACCINE}/21/V${life.run}`
  hook('birth', life, { box })
  // Tags are read by a gate before they are entered.
  if (life.chance(5)) life.object('OBSERVE', 'inspecting', [box]).wait(0.2)
  life.object('ADD', 'commissioning', [box])
  life.wait(30).object('OBSERVE', 'storing', [box], air(life, 20, { celsius: 5 }))
  life.wait(1).object('OBSERVE', 'shipping', [box], air(life, 1, { celsius: 5 }))
  life.wait(4).travel('urumqi', 800).wait(2).by('pharmacy')
  life.object('OBSERVE', 'receiving', [box], air(life, 8, { celsius: 5, device: `logger-${life.run}` }))
  for (let day = 5 + life.random.below(20); day > 0; day--)
    life.wait(24, 0.02).object('OBSERVE', 'storing', [box], air(life, 24, { celsius: 5 }))
  hook('sell', life, { box })
  life.object('DELETE', 'dispensing', [box])
  // What was dispensed is struck off afterwards.
  if (life.chance(20)) life.wait(10).object('DELETE', 'decommissioning', [box])
}

/** Powder from tanks into packs, with a test; labels are entered before they are stuck on. */
function milk(life, hook = () => undefined) {
  const [tank, powder] = [`${PORK}/10/T${life.run}`, `${MEAT}/10/Q${life.run}`]
  const pack = `${MEAT}/21/Q${life.run}`
  const test = hook('test', life, {}) ?? { verdict: 'consistent' }
  const made = 900 + life.random.below(100)
  life.tell({ type: 'ObjectEvent', action: 'ADD', bizStep: 'commissioning', quantityList: [kg(tank, 8000)] })
  const spectrum = {
    sensorReport: [],
    'tristamp:spectrum': { calibration: { until: '2030-01-01T00:00:00.000Z' }, ...test },
  }
  life.wait(2).tell({
    type: 'ObjectEvent',
    action: 'OBSERVE',
    bizStep: 'inspecting',
    quantityList: [kg(tank, 8000)],
    sensorElementList: [spectrum],
  })
  life.wait(10).tell({
    type: 'TransformationEvent',
    bizStep: 'commissioning',
    inputQuantityList: [kg(tank, 8000)],
    outputQuantityList: [kg(powder, made)],
  })
  if (life.chance(30)) life.object('ADD', 'commissioning', [pack]).wait(0.5)
  life.tell({
    type: 'TransformationEvent',
    bizStep: 'commissioning',
    inputQuantityList: [kg(powder, made)],
    outputEPCList: [pack],
  })
  life.wait(40).object('OBSERVE', 'shipping', [pack]).travel('chengdu', life.between(60, 110)).by('shop')
  life.object('OBSERVE', 'receiving', [pack]).wait(100).object('DELETE', 'retail_selling', [pack])
}

const KINDS = [pork, rice, vaccine, milk, split]

/** A life in which nothing is untrue. */
export function honest(random) {
  const life = new Life(random)
  random.pick(KINDS)(life)
  return life.read()
}

const at = (stage, act) => (name, life, goods) => (name === stage ? act(life, goods) : undefined)
const lifeOf = (kind, hook) => (random) => {
  const life = new Life(random)
  kind(life, hook)
  return life.read()
}
/** Good clocks and positions for what the attack itself says: liars look tidy. */
const tidy = (life, at) => ({ geo: { ...life.geo(at), source: 'gnss' }, clock: { source: 'gnss', uncertaintyMs: 100 } })
const fixed = (life, place) => {
  const geo = { source: 'gnss', latE7: Math.round(place[0] * 1e7), lonE7: Math.round(place[1] * 1e7), accuracyM: 8 }
  return { ...tidy(life), geo }
}
const CHENGDU = [30.5728, 104.0668]
const URUMQI = [43.8256, 87.6168]

/** A curve that was made up to look alive. */
function invented(life, hours, everyMs = 300_000) {
  const points = Math.min(96, Math.floor((hours * HOUR) / everyMs))
  const milli = Array.from({ length: points }, () => Math.round((2.5 + life.noise(0.3)) * 10) * 100)
  return [element(`box-${life.run}`, life.ms - points * everyMs, life.ms, everyMs, milli)]
}

function copied(life, hours) {
  const elements = life.air(hours)
  return (later, device) => {
    const { milli, everyMs } = elements[0]['tristamp:series']
    return [element(device, later.ms - milli.length * everyMs, later.ms, everyMs, milli)]
  }
}

/**
 * What a recorder in the wire of a thermometer heard, a reading a minute, and what is told when it plays that: at first the truth, then again, out of
 * step by up to so many minutes with what was told at first.
 */
const taped = (minutes) => (life, hours) => {
  const series = life.tape(hours)
  let plays = 0
  return (later, device) => [series(device, later.ms, plays++ === 0 ? 0 : later.random.below(minutes + 1))]
}

/** A curve that one stage tells of one instrument, told again at another: each `[stage, instrument]`. */
function replaying([first, device], [again, as], hours, record = copied, bizStep = 'storing') {
  return (random) => {
    const life = new Life(random)
    let replay
    pork(life, (name, l, { box }) => {
      if (name === first) replay = record(l, hours)
      if (name === first) l.object('OBSERVE', 'storing', [box], { sensorElementList: replay(l, device) })
      if (name === again) l.object('OBSERVE', bizStep, [box], { sensorElementList: replay(l, as) }, tidy(l))
    })
    return life.read()
  }
}

/** Each: what is done, the codes that find it, and its life. `blind`: no rule can see it, which the figure is to say. */
export const ATTACKS = {
  'copied code, sold in another town the same hour': {
    finds: ['TWO_PLACES'],
    life: lifeOf(
      pork,
      at('after sell', (life, { trays }) => {
        life.ms += HOUR / 2
        life.object('DELETE', 'retail_selling', [trays[0]], {}, { ...fixed(life, CHENGDU), org: 'elsewhere' })
      }),
    ),
  },
  'copied code, sold in another town days later': {
    finds: ['AFTER_ITS_END', 'HANDOVER_ONE_SIDED'],
    life: lifeOf(
      pork,
      at('end', (life, { trays }) => {
        life.ms += 3 * DAY
        life.object('DELETE', 'retail_selling', [trays[0]], {}, { ...fixed(life, CHENGDU), org: 'elsewhere' })
      }),
    ),
  },
  'copied code, received in another town while the pack is in its case': {
    finds: ['TOO_FAST', 'TWO_PLACES', 'HANDOVER_ONE_SIDED'],
    life: lifeOf(
      pork,
      at('plant ships', (life, { trays }) => {
        life.object('OBSERVE', 'receiving', [trays[0]], {}, { ...fixed(life, CHENGDU), org: 'elsewhere' })
      }),
    ),
  },
  'copied case number, scanned in two towns': {
    finds: ['TOO_FAST'],
    life: lifeOf(
      pork,
      at('unload', (life, { box }) => {
        life.object('OBSERVE', 'storing', [box], {}, fixed(life, URUMQI))
      }),
    ),
  },
  'one number, entered for two pigs by two farms': {
    finds: ['BORN_TWICE'],
    life: lifeOf(
      pork,
      at('after birth', (life, { pig }) => {
        life.object('ADD', 'commissioning', [pig], {}, { ...tidy(life), org: 'second farm' })
      }),
    ),
  },
  'one number, entered for two pigs by one farm': {
    finds: ['BORN_TWICE'],
    life: lifeOf(
      pork,
      at('farm ships', (life, { pig }) => life.object('ADD', 'commissioning', [pig], {}, tidy(life))),
    ),
  },
  'handled by another before it was entered': {
    finds: ['BEFORE_ITS_BIRTH'],
    life: lifeOf(
      pork,
      at('birth', (life, { pig }) => {
        life.object('OBSERVE', 'storing', [pig], {}, { ...tidy(life), org: 'elsewhere' })
        life.wait(10)
      }),
    ),
  },
  'used again after it was sold': {
    finds: ['AFTER_ITS_END'],
    life: lifeOf(
      pork,
      at('end', (life, { trays }) => {
        life.wait(30)
        life.tell(
          {
            type: 'TransformationEvent',
            bizStep: 'commissioning',
            inputEPCList: [trays[0]],
            outputEPCList: [`${MEAT}/21/N${life.run}`],
          },
          tidy(life),
        )
      }),
    ),
  },
  'sold twice after a return': {
    finds: ['AFTER_ITS_END'],
    life: lifeOf(
      pork,
      at('end', (life, { trays }) => {
        life.wait(5).object('OBSERVE', 'receiving', [trays[0]], { disposition: 'returned' }, tidy(life))
        for (let n = 0; n < 2; n++) life.wait(5).object('DELETE', 'retail_selling', [trays[0]], {}, tidy(life))
      }),
    ),
  },
  'product of a region, from elsewhere': {
    finds: ['OUTSIDE_REGION'],
    life: lifeOf(
      rice,
      at('birth', (life) => {
        life.at = [44.9 + life.between(-0.3, 0.3), 128.1 + life.between(0, 1)]
      }),
    ),
  },
  'more sold than was milled, by 10 to 60 %': {
    finds: ['MASS_BALANCE'],
    life: lifeOf(
      rice,
      at('sales', (life) => life.between(1.1, 1.6)),
    ),
  },
  'more sold than was milled, by 3 to 10 %': {
    finds: ['MASS_BALANCE'],
    life: lifeOf(
      rice,
      at('sales', (life) => life.between(1.03, 1.1)),
    ),
  },
  'more milled than was harvested': {
    finds: ['MASS_BALANCE'],
    life: lifeOf(
      rice,
      at('mill', (life, { harvested }) => Math.round(harvested * life.between(1.05, 1.5))),
    ),
  },
  'a load received as 3 to 20 % less than was sent': {
    finds: ['HANDOVER_QUANTITY'],
    life: lifeOf(
      rice,
      at('receive', (life) => life.between(0.8, 0.97)),
    ),
  },
  'a load received as 3 to 20 % more than was sent': {
    finds: ['HANDOVER_QUANTITY'],
    life: lifeOf(
      rice,
      at('receive', (life) => life.between(1.03, 1.2)),
    ),
  },
  'a lot sold by one who never signed that it came': {
    finds: ['HANDOVER_ONE_SIDED'],
    life: lifeOf(
      rice,
      at('receive', () => 0),
    ),
  },
  'a lot split into two, which are 1 to 5 % more': {
    finds: ['MASS_BALANCE'],
    life: lifeOf((life) => split(life, life.between(1.01, 1.05))),
  },
  'foreign rice milled in, up to the weight of the harvest': {
    finds: ['MASS_BALANCE'],
    blind: true,
    life: lifeOf(
      rice,
      at('mill', (life, { harvested }) => Math.round(harvested * life.between(0.8, 1))),
    ),
  },
  'shipped, and never received': {
    finds: ['HANDOVER_ONE_SIDED'],
    life: lifeOf(pork, (name) => (name === 'plant receives' ? 'skip' : undefined)),
  },
  'received, and never shipped': {
    finds: ['HANDOVER_ONE_SIDED'],
    life: lifeOf(pork, (name) => (name === 'farm ships' ? 'skip' : undefined)),
  },
  'stamp back-dated by 2 to 48 hours': {
    finds: ['CLOCK_DOUBTFUL'],
    life: lifeOf(
      pork,
      at('plant ships', (life, { trays }) => {
        // The gateway had an acknowledgement of the hour before, as all have that are online.
        const clock = { source: 'gnss', uncertaintyMs: 100 }
        const saidMs = life.ms - Math.round(life.between(2, 48) * HOUR)
        life.object('OBSERVE', 'storing', trays, {}, { saidMs, knownMs: life.ms - HOUR, clock })
      }),
    ),
  },
  'stamp dated ahead by 2 to 48 hours': {
    finds: ['CLOCK_DOUBTFUL'],
    life: lifeOf(
      pork,
      at('plant ships', (life, { trays }) => {
        const saidMs = life.ms + Math.round(life.between(26, 72) * HOUR)
        life.object('OBSERVE', 'storing', trays, {}, { saidMs, clock: { source: 'gnss', uncertaintyMs: 100 } })
      }),
    ),
  },
  'sensor series replayed from another day': {
    finds: ['SERIES_COPIED'],
    life: replaying(['cut', 'plant-a'], ['unpack', 'plant-a'], 14),
  },
  'sensor series copied from another instrument': {
    finds: ['SERIES_COPIED'],
    life: replaying(['cut', 'plant-a'], ['unload', 'truck-a'], 14),
  },
  'replayed sensor: a recorder in the wire plays its readings again, in step with the records': {
    finds: ['SERIES_COPIED'],
    life: replaying(['cut', 'cold-a'], ['unpack', 'cold-a'], 14, taped(0)),
  },
  'replayed sensor: a recorder in the wire plays its readings again, minutes out of step': {
    finds: ['SERIES_COPIED'],
    life: replaying(['cut', 'cold-a'], ['unpack', 'cold-a'], 14, taped(60)),
  },
  'flat sensor, a whole day': {
    finds: ['SENSOR_FLAT'],
    life: lifeOf(
      pork,
      at('unpack', (life, { box }) => {
        const series = element('flat', life.ms - 20 * HOUR, life.ms, 900_000, new Array(80).fill(2500))
        life.object('OBSERVE', 'storing', [box], { sensorElementList: [series] })
      }),
    ),
  },
  'flat sensor, told in pieces of three hours': {
    finds: ['SENSOR_FLAT'],
    life: lifeOf(
      pork,
      at('market stores', (life, { trays }) => {
        for (let n = 0; n < 8; n++) {
          life.wait(3, 0)
          const series = element('flat', life.ms - 3 * HOUR, life.ms, 300_000, new Array(36).fill(2500))
          life.object('OBSERVE', 'storing', trays, { sensorElementList: [series] })
        }
      }),
    ),
  },
  'thermometer that leaps by 15 to 40 degrees': {
    finds: ['SENSOR_JUMPS'],
    life: lifeOf(
      pork,
      at('unload', (life, { box }) => {
        const milli = Array.from({ length: 60 }, (_, i) =>
          i > 30 ? 2000 : 2000 + Math.round(life.between(15, 40) * 1000),
        )
        life.object('OBSERVE', 'storing', [box], {
          sensorElementList: [element('leap', life.ms - HOUR, life.ms, 60_000, milli)],
        })
      }),
    ),
  },
  'warm truck, recorded with the case': {
    finds: ['TEMPERATURE_LIMITS'],
    life: lifeOf(
      pork,
      at('unload', (life, { box }) => {
        life.object(
          'OBSERVE',
          'transporting',
          [box],
          air(life, 8, { celsius: 9 + life.random.below(6), device: 'warm' }),
        )
      }),
    ),
  },
  'warm truck hidden by its own curve of the day before': {
    finds: ['SERIES_COPIED'],
    life: replaying(['load', 'truck-a'], ['unload', 'truck-a'], 8, copied, 'transporting'),
  },
  'warm truck hidden by a made-up curve': {
    finds: ['SERIES_COPIED', 'SENSOR_FLAT', 'SENSOR_JUMPS', 'TEMPERATURE_LIMITS'],
    blind: true,
    life: lifeOf(
      pork,
      at('unload', (life, { box }) => {
        life.object('OBSERVE', 'transporting', [box], { sensorElementList: invented(life, 8) })
      }),
    ),
  },
  'adulterated lot, test told': {
    finds: ['TEST_SUSPICIOUS'],
    life: lifeOf(
      milk,
      at('test', () => ({ verdict: 'suspicious' })),
    ),
  },
  'test with an expired calibration': {
    finds: ['CALIBRATION_EXPIRED'],
    life: lifeOf(
      milk,
      at('test', (life) => ({ verdict: 'consistent', calibration: { until: new Date(life.ms - DAY).toISOString() } })),
    ),
  },
}
