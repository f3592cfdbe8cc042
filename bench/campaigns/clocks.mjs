// Attacks on time.
import { at, lifeOf } from './attack.mjs'
import { pork } from './pork.mjs'
import { HOUR } from './time.mjs'

/** By what is done. */
export const CLOCKS = {
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
}
