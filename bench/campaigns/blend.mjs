// The life of what is mixed: several tanks into several lots, told in records of which none balances by itself.
import { kg } from './goods.mjs'
import { MEAT, PORK } from './registered.mjs'

/** Tanks are poured one by one and lots filled one by one, all under one `transformationID`; some records tell both at once. */
export function blend(life, factor = 1 + life.noise(0.001)) {
  const run = {
    type: 'TransformationEvent',
    bizStep: 'commissioning',
    transformationID: `urn:uuid:${life.random.uuid()}`,
  }
  const tanks = Array.from({ length: 2 + life.random.below(4) }, (_, n) =>
    kg(`${PORK}/10/T${life.run}${n}`, 500 + life.random.below(4500)),
  )
  for (const tank of tanks)
    life.tell({ type: 'ObjectEvent', action: 'ADD', bizStep: 'commissioning', quantityList: [tank] })
  // Dried, cleaned or just mixed.
  const rest = life.chance(60) ? life.between(0.1, 0.98) : 1
  let left = tanks.reduce((sum, { quantity }) => sum + quantity, 0) * (factor > 1.01 ? factor : rest * factor)
  const lots = Array.from({ length: 2 + life.random.below(4) }, (_, n) => {
    const part = Math.round(left * life.between(0.1, 0.5) * 1000) / 1000
    left -= part
    return kg(`${MEAT}/10/B${life.run}${n}`, part)
  })
  lots.push(kg(`${MEAT}/10/B${life.run}L`, Math.round(left * 1000) / 1000))
  for (let n = 0; n < Math.max(tanks.length, lots.length); n++) {
    const weighed =
      tanks[n] && kg(tanks[n].epcClass, Math.round(tanks[n].quantity * (1 + life.noise(0.002)) * 1000) / 1000)
    const [inputQuantityList, outputQuantityList] = [weighed ? [weighed] : [], lots[n] ? [lots[n]] : []]
    if (life.chance(40)) {
      life.wait(0.5).tell({ ...run, inputQuantityList, outputQuantityList })
      continue
    }
    if (weighed) life.wait(0.5).tell({ ...run, inputQuantityList })
    if (lots[n]) life.wait(0.5).tell({ ...run, outputQuantityList })
  }
  for (const lot of lots)
    life.wait(30).tell({ type: 'ObjectEvent', action: 'DELETE', bizStep: 'retail_selling', quantityList: [lot] })
}
