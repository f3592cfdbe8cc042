import type { Faults } from '../fault.ts'
import type { Device } from './device.ts'
import { GS, type Label } from './label.ts'

export interface ScannerOptions {
  /** Whether the three bytes of the AIM identifier are sent. */
  aim: boolean
  suffix: '\r\n' | '\r' | '\n'
  faults: Faults
}

/** A serial barcode scanner: it hears nothing and says `[AIM identifier] data suffix` once for each symbol it is shown. */
export class Scanner implements Device {
  readonly #options: ScannerOptions
  #queue: Uint8Array[] = []
  #glued = ''

  constructor(options: ScannerOptions) {
    this.#options = options
  }

  /** Shows the scanner a symbol. */
  scan(label: Label): void {
    const { aim, suffix, faults } = this.#options
    const prefix = aim && !faults.strike('no-aim') ? label.aim : ''
    const data = faults.strike('lost-gs') ? label.data.replaceAll(GS, '') : label.data
    const text = `${this.#glued}${prefix}${data}`
    // A glued scan waits for the next one and goes out with it, without the suffix between them.
    if (faults.strike('glue')) {
      this.#glued = text
      return
    }
    this.#glued = ''
    this.#queue.push(new TextEncoder().encode(text + suffix))
  }

  receive(): void {}

  due(): number | undefined {
    return this.#queue.length > 0 ? 0 : undefined
  }

  transmit(): Uint8Array[] {
    const frames = this.#queue
    this.#queue = []
    return frames
  }
}
