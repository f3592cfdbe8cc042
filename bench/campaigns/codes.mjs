// Attacks on identity: copied codes, numbers used twice, goods that live before their birth or after their end.

import { at, CHENGDU, fixed, lifeOf, tidy, URUMQI } from './attack.mjs'
import { pork } from './pork.mjs'
import { MEAT } from './registered.mjs'
import { DAY, HOUR } from './time.mjs'

/** By what is done. */
export const CODES = {
  'copied code, sold in another town the same hour': {
    finds: ['TWO_PLACES'],
    life: lifeOf(
      pork,
      at('after sell', (life, { trays }) => {
        life.ms += HOUR / 2
        life.object('DELETE', 'retail_selling', [trays[0]], {}, { ...fixed(life, CHENGDU), org: 'elsewhere' })
      }),
    ),
  },
  'copied code, sold in another town days later': {
    finds: ['AFTER_ITS_END', 'HANDOVER_ONE_SIDED'],
    life: lifeOf(
      pork,
      at('end', (life, { trays }) => {
        life.ms += 3 * DAY
        life.object('DELETE', 'retail_selling', [trays[0]], {}, { ...fixed(life, CHENGDU), org: 'elsewhere' })
      }),
    ),
  },
  'copied code, received in another town while the pack is in its case': {
    finds: ['TOO_FAST', 'TWO_PLACES', 'HANDOVER_ONE_SIDED'],
    life: lifeOf(
      pork,
      at('plant ships', (life, { trays }) => {
        life.object('OBSERVE', 'receiving', [trays[0]], {}, { ...fixed(life, CHENGDU), org: 'elsewhere' })
      }),
    ),
  },
  'copied case number, scanned in two towns': {
    finds: ['TOO_FAST'],
    life: lifeOf(
      pork,
      at('unload', (life, { box }) => {
        life.object('OBSERVE', 'storing', [box], {}, fixed(life, URUMQI))
      }),
    ),
  },
  'one number, entered for two pigs by two farms': {
    finds: ['BORN_TWICE'],
    life: lifeOf(
      pork,
      at('after birth', (life, { pig }) => {
        life.object('ADD', 'commissioning', [pig], {}, { ...tidy(life), org: 'second farm' })
      }),
    ),
  },
  'one number, entered for two pigs by one farm': {
    finds: ['BORN_TWICE'],
    life: lifeOf(
      pork,
      at('farm ships', (life, { pig }) => life.object('ADD', 'commissioning', [pig], {}, tidy(life))),
    ),
  },
  'handled by another before it was entered': {
    finds: ['BEFORE_ITS_BIRTH'],
    life: lifeOf(
      pork,
      at('birth', (life, { pig }) => {
        life.object('OBSERVE', 'storing', [pig], {}, { ...tidy(life), org: 'elsewhere' })
        life.wait(10)
      }),
    ),
  },
  'used again after it was sold': {
    finds: ['AFTER_ITS_END'],
    life: lifeOf(
      pork,
      at('end', (life, { trays }) => {
        life.wait(30)
        life.tell(
          {
            type: 'TransformationEvent',
            bizStep: 'commissioning',
            inputEPCList: [trays[0]],
            outputEPCList: [`${MEAT}/21/N${life.run}`],
          },
          tidy(life),
        )
      }),
    ),
  },
  'a strange tray packed into a case that had left': {
    finds: ['STEP_ORDER'],
    life: lifeOf(
      pork,
      at('after plant ships', (life, { box }) => {
        life.wait(0.2).pack('ADD', box, [`${MEAT}/21/F${life.run}`], tidy(life))
        life.wait(0.2)
      }),
    ),
  },
  'sold without its number being ended, and sold on': {
    finds: ['AFTER_ITS_END'],
    life: lifeOf(
      pork,
      at('sell', (life, { trays }) => {
        life.object('OBSERVE', 'retail_selling', [trays[0]], { disposition: 'retail_sold' }, tidy(life)).wait(30)
      }),
    ),
  },
  'received before it was sent': {
    finds: ['HANDOVER_ONE_SIDED'],
    life: lifeOf(pork, (name, life, { pig }) => {
      if (name !== 'farm ships') return undefined
      life.object('OBSERVE', 'receiving', [pig], {}, { ...tidy(life), org: 'plant' }).wait(1)
      return undefined
    }),
  },
  'sold twice after a return': {
    finds: ['AFTER_ITS_END'],
    life: lifeOf(
      pork,
      at('end', (life, { trays }) => {
        life.wait(5).object('OBSERVE', 'receiving', [trays[0]], { disposition: 'returned' }, tidy(life))
        for (let n = 0; n < 2; n++) life.wait(5).object('DELETE', 'retail_selling', [trays[0]], {}, tidy(life))
      }),
    ),
  },
}
