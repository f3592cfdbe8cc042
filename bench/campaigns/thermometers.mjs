// Attacks on what thermometers say.

import { at, lifeOf } from './attack.mjs'
import { copied, copiedWithNoise, invented, replaying, taped } from './curves.mjs'
import { air } from './goods.mjs'
import { pork } from './pork.mjs'
import { element } from './room.mjs'
import { HOUR } from './time.mjs'

/** By what is done. */
export const THERMOMETERS = {
  'sensor series replayed from another day': {
    finds: ['SERIES_COPIED'],
    life: replaying(['cut', 'plant-a'], ['unpack', 'plant-a'], 14),
  },
  'sensor series copied from another instrument': {
    finds: ['SERIES_COPIED'],
    life: replaying(['cut', 'plant-a'], ['unload', 'truck-a'], 14),
  },
  'sensor series of a day copied from another instrument, with ±0.1 °C of noise (the desk’s rule)': {
    finds: ['SERIES_COPIED'],
    life: replaying(['cut', 'plant-a'], ['unload', 'truck-a'], 24, copiedWithNoise),
  },
  'replayed sensor: a recorder in the wire plays its readings again, in step with the records': {
    finds: ['SERIES_COPIED'],
    life: replaying(['cut', 'cold-a'], ['unpack', 'cold-a'], 14, taped(0)),
  },
  'replayed sensor: a recorder in the wire plays its readings again, minutes out of step': {
    finds: ['SERIES_COPIED'],
    life: replaying(['cut', 'cold-a'], ['unpack', 'cold-a'], 14, taped(60)),
  },
  'flat sensor, a whole day': {
    finds: ['SENSOR_FLAT'],
    life: lifeOf(
      pork,
      at('unpack', (life, { box }) => {
        const series = element('flat', life.ms - 20 * HOUR, life.ms, 900_000, new Array(80).fill(2500))
        life.object('OBSERVE', 'storing', [box], { sensorElementList: [series] })
      }),
    ),
  },
  'flat sensor, told in pieces of three hours': {
    finds: ['SENSOR_FLAT'],
    life: lifeOf(
      pork,
      at('market stores', (life, { trays }) => {
        for (let n = 0; n < 8; n++) {
          life.wait(3, 0)
          const series = element('flat', life.ms - 3 * HOUR, life.ms, 300_000, new Array(36).fill(2500))
          life.object('OBSERVE', 'storing', trays, { sensorElementList: [series] })
        }
      }),
    ),
  },
  'thermometer that leaps by 15 to 40 degrees': {
    finds: ['SENSOR_JUMPS'],
    life: lifeOf(
      pork,
      at('unload', (life, { box }) => {
        const milli = Array.from({ length: 60 }, (_, i) =>
          i > 30 ? 2000 : 2000 + Math.round(life.between(15, 40) * 1000),
        )
        life.object('OBSERVE', 'storing', [box], {
          sensorElementList: [element('leap', life.ms - HOUR, life.ms, 60_000, milli)],
        })
      }),
    ),
  },
  'warm truck, recorded with the case': {
    finds: ['TEMPERATURE_LIMITS'],
    life: lifeOf(
      pork,
      at('unload', (life, { box }) => {
        life.object(
          'OBSERVE',
          'transporting',
          [box],
          air(life, 8, { celsius: 9 + life.random.below(6), device: 'warm' }),
        )
      }),
    ),
  },
  'warm truck hidden by its own curve of the day before': {
    finds: ['SERIES_COPIED'],
    life: replaying(['load', 'truck-a'], ['unload', 'truck-a'], 8, copied, 'transporting'),
  },
  'warm truck hidden by a made-up curve': {
    finds: ['SERIES_COPIED', 'SENSOR_FLAT', 'SENSOR_JUMPS', 'TEMPERATURE_LIMITS'],
    blind: true,
    life: lifeOf(
      pork,
      at('unload', (life, { box }) => {
        life.object('OBSERVE', 'transporting', [box], { sensorElementList: invented(life, 8) })
      }),
    ),
  },
}
