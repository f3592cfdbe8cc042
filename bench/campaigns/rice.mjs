// The lives of goods by weight.

import { kg } from './goods.mjs'
import { MEAT, RICE } from './registered.mjs'

/** Rice of a region: harvest, mill, packs in lots, several sales by weight, by ferry to the other side of a strait. */
export function rice(life, hook = () => undefined) {
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
export function split(life, factor = 1 + life.noise(0.001)) {
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
