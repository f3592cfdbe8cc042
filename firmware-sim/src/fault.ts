import { instrumentKind } from './device/index.ts'

/** What can go wrong with any instrument's line. `docs/gateway/simulator.md` says what each does. */
const LINE_FAULTS = [
  'unplug',
  'silence',
  'noise',
  'fragment',
  'bit-flip',
  'drop',
  'duplicate',
  'truncate',
  'merge',
  'echo',
  'late',
  'wrong-baud',
] as const

/** A file has no wire: it vanishes or is no longer refreshed. */
const FILE_FAULTS = ['unplug', 'silence'] as const

/** The name of a fault: of the line, or of the kind of instrument. */
export type FaultKind = string

/** The faults that an instrument of this kind can have. */
export function faultsOf(kind: string): readonly FaultKind[] {
  const found = instrumentKind(kind)
  if (!found) return []
  return [...(found.carrier === 'file' ? FILE_FAULTS : LINE_FAULTS), ...found.faults]
}

/** The faults of one instrument, shared by its device and its line. */
export class Faults {
  readonly #left = new Map<FaultKind, number>()

  /** Puts a fault in effect: for so many frames, or until it is cleared. */
  raise(kind: FaultKind, times: number = Number.POSITIVE_INFINITY): void {
    this.#left.set(kind, times)
  }

  clear(kind: FaultKind): void {
    this.#left.delete(kind)
  }

  /** Whether the fault is in effect; looking does not use it up. */
  has(kind: FaultKind): boolean {
    return (this.#left.get(kind) ?? 0) > 0
  }

  /** Those in effect. */
  get active(): FaultKind[] {
    return [...this.#left.keys()]
  }

  /** Whether the fault spoils this frame; uses up one of its times. */
  strike(kind: FaultKind): boolean {
    const left = this.#left.get(kind) ?? 0
    if (left <= 0) return false
    if (left === 1) this.#left.delete(kind)
    else this.#left.set(kind, left - 1)
    return true
  }
}
