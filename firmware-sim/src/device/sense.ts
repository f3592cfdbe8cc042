import type { Faults } from '../fault.ts'
import type { Air } from './device.ts'

/** Faults of any sensing element: it repeats its last reading, is dead and gives zeros, or somebody plays what it gave before in its place. */
export const ELEMENT_FAULTS = ['stuck', 'dead', 'tape'] as const

/** So many readings are on the tape: a day, where a gateway asks once a minute. */
const TAPE = 1440

/** The sensing element of a thermometer, with its faults. */
export function element(air: () => Air, faults: Faults): () => Air {
  const tape: Air[] = []
  let played = 0
  return () => {
    if (faults.strike('dead')) return { milliC: 0, milliRh: 0 }
    // Reading by reading, as a recorder in the wire does, and from the beginning again at its end.
    if (faults.strike('tape') && tape.length > 0) return tape[played++ % tape.length]!
    played = 0
    const now: Air = (faults.strike('stuck') ? tape.at(-1) : undefined) ?? air()
    if (tape.push(now) > TAPE) tape.shift()
    return now
  }
}
