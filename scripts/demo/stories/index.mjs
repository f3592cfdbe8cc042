import { greens } from './greens.mjs'
import { milk } from './milk.mjs'
import { pork } from './pork.mjs'
import { rice } from './rice.mjs'
import { vaccine } from './vaccine.mjs'

/** What can be played with `--scenario`: the members, their products and goods; the steps are in firmware-sim/scenarios. */
export const STORIES = { pork, rice, greens, vaccine, milk }
