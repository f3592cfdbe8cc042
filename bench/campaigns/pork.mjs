// The life of meat.

import { air, unit } from './goods.mjs'
import { MEAT, PORK } from './registered.mjs'

/** Pig, trays, case, road, wholesale, shop: with `hook(name, life, goods)` before each stage for those who cheat. */
export function pork(life, hook = () => undefined) {
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
  // What was to go stays, is put in order, and goes later.
  if (life.chance(3)) {
    life.object('OBSERVE', 'shipping', [box])
    if (life.chance(50)) life.wait(0.3).object('OBSERVE', 'void_shipping', [box])
    life.wait(0.5).pack('DELETE', box, trays).wait(0.2).pack('ADD', box, trays).wait(2)
  }
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
