import type { Faults } from '../fault.ts'
import type { Air } from './device.ts'

/** Faults of any sensing element: it repeats its last reading, or is dead and gives zeros. */
export const ELEMENT_FAULTS = ['stuck', 'dead'] as const

/** The sensing element of a thermometer, with its faults. */
export function element(air: () => Air, faults: Faults): () => Air {
  let last: Air | undefined
  return () => {
    if (faults.strike('dead')) return { milliC: 0, milliRh: 0 }
    const now: Air = (faults.strike('stuck') ? last : undefined) ?? air()
    last = now
    return now
  }
}
