// The life of what is tested.

import { kg } from './goods.mjs'
import { MEAT, PORK } from './registered.mjs'

/** Powder from tanks into packs, with a test; labels are entered before they are stuck on. */
export function milk(life, hook = () => undefined) {
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
