// Tests that tell of adulteration, or prove nothing.

import { at, lifeOf } from './attack.mjs'
import { milk } from './milk.mjs'
import { DAY } from './time.mjs'

/** By what is done. */
export const TESTS = {
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
