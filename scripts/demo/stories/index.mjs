import { pork } from './pork.mjs'
import { rice } from './rice.mjs'

/** What can be played with `--scenario`: the members, their products and goods; the steps are in firmware-sim/scenarios. */
export const STORIES = { pork, rice }
