import * as v from 'valibot'
import type { Device } from './device.ts'
import type { BaseSpec, InstrumentKind, Surroundings } from './kind.ts'
import { type Label, parseLabel } from './label.ts'
import { SCANNER_FAULTS, Scanner, SUFFIX, scannerSettings } from './scanner.ts'

interface Spec extends BaseSpec {
  aim: boolean
  suffix: keyof typeof SUFFIX
  mode: 'command' | 'continuous'
}

/** One scan is tried for so long after a trigger. */
const READ_MS = 5000
const ACK = Uint8Array.of(0x02, 0x00, 0x00, 0x01, 0x00, 0x33, 0x31)

/**
 * Modules of the GM65 family (GM65, GM72, FM30): `7E 00 | type | len | addr | data | CRC-16/XMODEM`, where `AB CD` skips the CRC. In command mode
 * they read after a trigger only, and the acknowledgement sticks to a scan whose label lay there already.
 */
class Gm65 implements Device {
  readonly #spec: Spec
  readonly #scanner: Scanner
  readonly #faults: Surroundings['faults']
  #heard: number[] = []
  #acks = 0
  #armedUntil = Number.NEGATIVE_INFINITY
  #waiting: Label | undefined

  constructor(spec: Spec, { faults, onShow }: Surroundings) {
    this.#spec = spec
    this.#faults = faults
    this.#scanner = new Scanner({ aim: spec.aim, suffix: SUFFIX[spec.suffix], faults })
    onShow((code) => this.#show(parseLabel(code)))
  }

  receive(chunk: Uint8Array, nowMs: number): void {
    for (const byte of chunk) {
      this.#heard.push(byte)
      this.#listen(nowMs)
    }
  }

  due(): number | undefined {
    return this.#acks > 0 ? 0 : this.#scanner.due()
  }

  transmit(): Uint8Array[] {
    const scans = this.#scanner.transmit()
    const acks = Array.from({ length: this.#acks }, () => ACK)
    this.#acks = 0
    const [first, ...rest] = scans
    if (acks.length === 0 || !first) return [...acks, ...scans]
    return [Buffer.concat([...acks, first]), ...rest]
  }

  #show(label: Label | undefined): void {
    if (!label) return
    if (this.#spec.mode === 'continuous' || performance.now() < this.#armedUntil) this.#read(label)
    // It lies in front of the window until the next trigger; another label takes its place.
    else this.#waiting = label
  }

  #read(label: Label): void {
    this.#armedUntil = Number.NEGATIVE_INFINITY
    this.#waiting = undefined
    this.#scanner.scan(label)
  }

  /** Looks for a whole command at the front; what cannot begin one is dropped. */
  #listen(nowMs: number): void {
    const heard = this.#heard
    while (heard.length > 0) {
      if (heard[0] !== 0x7e || (heard.length > 1 && heard[1] !== 0x00)) {
        heard.shift()
        continue
      }
      if (heard.length < 4) return
      const length = 6 + (heard[3] ?? 0) + 2
      if (heard.length < length) return
      this.#obey(heard.splice(0, length), nowMs)
    }
  }

  #obey(frame: number[], nowMs: number): void {
    const body = frame.slice(2, -2)
    const check = ((frame.at(-2) ?? 0) << 8) | (frame.at(-1) ?? 0)
    if (check !== 0xabcd && check !== xmodem(body)) return
    if (body[0] !== 0x08) return
    if (!this.#faults.strike('no-ack')) this.#acks++
    if (body[2] !== 0x00 || body[3] !== 0x02) return
    if (body[4] === 0x01) {
      this.#armedUntil = nowMs + READ_MS
      if (this.#waiting) this.#read(this.#waiting)
    } else if (body[4] === 0x02) this.#armedUntil = Number.NEGATIVE_INFINITY
  }
}

/** CRC-16/XMODEM: polynomial 0x1021, start 0. */
function xmodem(bytes: readonly number[]): number {
  let crc = 0
  for (const byte of bytes) {
    crc ^= byte << 8
    for (let bit = 0; bit < 8; bit++) crc = (crc & 0x8000 ? (crc << 1) ^ 0x1021 : crc << 1) & 0xffff
  }
  return crc
}

export const gm65: InstrumentKind<Spec> = {
  kind: 'gm65',
  what: 'scanner module GM65, GM72 or FM30: reads when it is told to',
  carrier: 'serial',
  baudRate: 9600,
  settings: { ...scannerSettings, mode: v.optional(v.picklist(['command', 'continuous']), 'command') },
  faults: [...SCANNER_FAULTS, 'no-ack'],
  senses: 'codes',
  shows: (code) => parseLabel(code) !== undefined,
  make: (spec, around) => new Gm65(spec, around),
}
