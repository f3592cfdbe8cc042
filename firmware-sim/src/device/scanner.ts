import * as v from 'valibot'
import type { Faults } from '../fault.ts'
import type { Device } from './device.ts'
import type { BaseSpec, InstrumentKind } from './kind.ts'
import { GS, type Label, parseLabel } from './label.ts'

export interface ScannerOptions {
  /** Whether the three bytes of the AIM identifier are sent. */
  aim: boolean
  suffix: '\r\n' | '\r' | '\n'
  faults: Faults
}

interface Spec extends BaseSpec {
  aim: boolean
  suffix: keyof typeof SUFFIX
}

export const SUFFIX = { crlf: '\r\n', cr: '\r', lf: '\n' } as const

/** The settings of every scanner. */
export const scannerSettings: v.ObjectEntries = {
  aim: v.optional(v.boolean(), true),
  suffix: v.optional(v.picklist(['crlf', 'cr', 'lf']), 'crlf'),
}

/** `glue`: two scans in one; `lost-gs`: separators dropped; `no-aim`: no AIM identifier; `no-suffix`: no line end. */
export const SCANNER_FAULTS = ['glue', 'lost-gs', 'no-aim', 'no-suffix'] as const

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
    this.#queue.push(new TextEncoder().encode(text + (faults.strike('no-suffix') ? '' : suffix)))
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

export const scanner: InstrumentKind<Spec> = {
  kind: 'scanner',
  what: 'barcode and QR scanner: AIM identifier, data with FNC1 as 0x1D, line end',
  carrier: 'serial',
  baudRate: 9600,
  settings: scannerSettings,
  faults: SCANNER_FAULTS,
  senses: 'codes',
  shows: (code) => parseLabel(code) !== undefined,
  make({ aim, suffix }, around) {
    const device = new Scanner({ aim, suffix: SUFFIX[suffix], faults: around.faults })
    around.onShow((code) => {
      const label = parseLabel(code)
      if (label) device.scan(label)
    })
    return device
  },
}
