/** What can go wrong with any instrument's line. */
export const LINE_FAULTS = ['unplug', 'silence', 'noise', 'fragment'] as const

/** What can go wrong with each kind of instrument, beside its line. */
export const DEVICE_FAULTS = {
  'modbus-th': ['bad-crc', 'echo', 'exception', 'stuck', 'dead', 'wrong-unit', 'late'],
  scanner: ['glue', 'lost-gs', 'no-aim'],
  nmea: ['no-fix', 'bad-checksum'],
} as const

export type InstrumentKind = keyof typeof DEVICE_FAULTS
export type FaultKind = (typeof LINE_FAULTS)[number] | (typeof DEVICE_FAULTS)[InstrumentKind][number]

/** The faults that an instrument of this kind can have. */
export function faultsOf(kind: InstrumentKind): readonly FaultKind[] {
  return [...LINE_FAULTS, ...DEVICE_FAULTS[kind]]
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

  /** Whether the fault spoils this frame; uses up one of its times. */
  strike(kind: FaultKind): boolean {
    const left = this.#left.get(kind) ?? 0
    if (left <= 0) return false
    if (left === 1) this.#left.delete(kind)
    else this.#left.set(kind, left - 1)
    return true
  }
}
