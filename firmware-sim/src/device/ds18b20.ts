import * as v from 'valibot'
import { air, duration } from '../scenario/values.ts'
import type { Air, Device } from './device.ts'
import type { AirSpec, BaseSpec, InstrumentKind, Surroundings } from './kind.ts'
import { element } from './sense.ts'

interface Spec extends BaseSpec {
  refresh: number
  air: AirSpec
}

/** CRC-8 of 1-Wire devices: polynomial 0x8C reflected, start 0 (Maxim application note 27). */
export function crc8(bytes: Uint8Array): number {
  let crc = 0
  for (const byte of bytes) {
    crc ^= byte
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0x8c : crc >>> 1
  }
  return crc
}

/** What the kernel's w1_therm shows of a scratchpad: the nine bytes and the verdict, then the bytes and the temperature. */
function w1Slave(scratchpad: Uint8Array, crcOk: boolean): string {
  const hex = [...scratchpad].map((byte) => byte.toString(16).padStart(2, '0')).join(' ')
  const raw = (((scratchpad[1] ?? 0) << 24) >> 16) | (scratchpad[0] ?? 0)
  const crc = (scratchpad[8] ?? 0).toString(16).padStart(2, '0')
  return `${hex} : crc=${crc} ${crcOk ? 'YES' : 'NO'}\n${hex} t=${Math.trunc((raw * 1000) / 16)}\n`
}

/** A DS18B20 as Linux shows it: `28-…/w1_slave`, made anew every `refresh`. 12 bits: sixteenths of a degree. */
class Ds18b20 implements Device {
  readonly #refreshMs: number
  readonly #around: Surroundings
  readonly #read: () => Air
  #nextAt = 0

  constructor(spec: Spec, around: Surroundings) {
    this.#refreshMs = spec.refresh
    this.#around = around
    this.#read = element(around.air(spec.air), around.faults)
  }

  receive(): void {}

  due(): number {
    return this.#nextAt
  }

  transmit(nowMs: number): Uint8Array[] {
    if (nowMs < this.#nextAt) return []
    this.#nextAt = nowMs + this.#refreshMs
    return [Buffer.from(this.#content(), 'latin1')]
  }

  #content(): string {
    const { faults } = this.#around
    // The data line is shorted: zeros, whose CRC is right.
    if (faults.strike('shorted')) return w1Slave(new Uint8Array(9), true)
    // The data line is open: ones, whose CRC is wrong but which some kernels let pass.
    if (faults.strike('open')) return w1Slave(new Uint8Array(9).fill(0xff), false)
    // No conversion since power-on: 85 °C, with the reserved byte 6 as it is then.
    const pad = faults.strike('power-on') ? scratchpad(0x0550, 0x0c) : scratchpad(this.#sixteenths(), 0x10)
    if (!faults.strike('bad-crc')) return w1Slave(pad, true)
    pad[8] = (pad[8] ?? 0) ^ 0x5a
    return w1Slave(pad, false)
  }

  #sixteenths(): number {
    return Math.round((this.#read().milliC * 16) / 1000)
  }
}

/** Temperature, alarm registers, configuration (12 bits), reserved, CRC. */
function scratchpad(sixteenths: number, reserved: number): Uint8Array {
  const pad = Uint8Array.of(sixteenths & 0xff, (sixteenths >> 8) & 0xff, 0x4b, 0x46, 0x7f, 0xff, reserved, 0x10, 0)
  pad[8] = crc8(pad.subarray(0, 8))
  return pad
}

export const ds18b20: InstrumentKind<Spec> = {
  kind: 'ds18b20',
  what: 'DS18B20 as Linux shows it: a folder 28-… with w1_slave',
  carrier: 'file',
  file: '28-0316a2794bff/w1_slave',
  baudRate: 9600,
  settings: { refresh: v.optional(duration, '200ms'), air },
  faults: ['stuck', 'tape', 'bad-crc', 'power-on', 'shorted', 'open'],
  senses: 'air',
  make: (spec, around) => new Ds18b20(spec, around),
}
