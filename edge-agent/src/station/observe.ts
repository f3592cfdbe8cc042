import type { StationConfig } from '../config-types.ts'
import type { Stamp } from '../stamp.ts'
import type { Draft } from './state.ts'

/** The asset's readings on their own, while nothing happens to the goods in it (CBV: `sensor_reporting` only then). */
export function observe(station: StationConfig, stamp: Stamp): Draft {
  return {
    action: 'observe',
    event: {
      type: 'ObjectEvent',
      action: 'OBSERVE',
      epcList: [],
      bizStep: 'sensor_reporting',
      bizLocation: { id: station.holds },
    },
    stamp,
    about: [],
    held: [],
    left: [],
  }
}
