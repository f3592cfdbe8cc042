// Honest and dishonest campaigns: each makes one product's whole life. What is wrong in a dishonest one is in its name, and what should find it beside it.

import { blend } from './blend.mjs'
import { CLOCKS } from './clocks.mjs'
import { CODES } from './codes.mjs'
import { Life } from './life.mjs'
import { milk } from './milk.mjs'
import { pork } from './pork.mjs'
import { QUANTITIES } from './quantities.mjs'
import { rice, split } from './rice.mjs'
import { TESTS } from './tests.mjs'
import { THERMOMETERS } from './thermometers.mjs'
import { vaccine } from './vaccine.mjs'

const KINDS = [pork, rice, vaccine, milk, split, blend]

/** A life in which nothing is untrue. */
export function honest(random) {
  const life = new Life(random)
  random.pick(KINDS)(life)
  return life.read()
}

/** Each: what is done, the codes that find it, and its life. `blind`: no rule can see it, which the figure is to say. */
export const ATTACKS = { ...CODES, ...QUANTITIES, ...CLOCKS, ...THERMOMETERS, ...TESTS }
