// The life of what is kept cold for weeks.

import { air } from './goods.mjs'
import { VACCINE } from './registered.mjs'

/** A pallet of vaccine with buffered probes, flown, stored for weeks without an alarm. */
export function vaccine(life, hook = () => undefined) {
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
