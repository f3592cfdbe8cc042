import * as v from 'valibot'
import { air, duration } from '../scenario/values.ts'
import type { Air, Device } from './device.ts'
import type { AirSpec, BaseSpec, InstrumentKind, Surroundings } from './kind.ts'
import { ELEMENT_FAULTS, element } from './sense.ts'

interface Spec extends BaseSpec {
  request: string
  text: string
  every?: number
  air: AirSpec
}

/** A host that asks at more than this without a match has sent noise. */
const MAX_HEARD = 256

/**
 * A logger that speaks text, by default as PCsensor's TEMPerX232: it answers `ReadTemp` with `Temp-Inner:25.31 [C],47.06 [%RH]<`. With `every`
 * it speaks by itself, as home-made loggers do.
 */
class AsciiThermometer implements Device {
  readonly #spec: Spec
  readonly #around: Surroundings
  readonly #read: () => Air
  #heard = ''
  #asked = 0
  #nextAt = 0

  constructor(spec: Spec, around: Surroundings) {
    this.#spec = spec
    this.#around = around
    this.#read = element(around.air(spec.air), around.faults)
  }

  receive(chunk: Uint8Array): void {
    const { request } = this.#spec
    if (request === '') return
    this.#heard = (this.#heard + Buffer.from(chunk).toString('latin1')).slice(-MAX_HEARD)
    for (let at = this.#heard.indexOf(request); at >= 0; at = this.#heard.indexOf(request)) {
      this.#heard = this.#heard.slice(at + request.length)
      this.#asked++
    }
  }

  due(): number | undefined {
    if (this.#asked > 0) return 0
    return this.#spec.every === undefined ? undefined : this.#nextAt
  }

  transmit(nowMs: number): Uint8Array[] {
    const { every } = this.#spec
    const frames = Array.from({ length: this.#asked }, () => this.#say())
    this.#asked = 0
    if (every !== undefined && nowMs >= this.#nextAt) {
      this.#nextAt = nowMs + every
      frames.push(this.#say())
    }
    return frames
  }

  #say(): Uint8Array {
    const { faults } = this.#around
    const { milliC, milliRh } = this.#read()
    let celsius = (Math.round(milliC / 10) / 100).toFixed(2)
    // Libraries for DS18B20 and DHT sensors give these where the element does not answer.
    if (faults.strike('open')) celsius = '-127.00'
    if (faults.strike('nan')) celsius = 'nan'
    const text = this.#spec.text.replace('{c}', celsius).replace('{rh}', (Math.round(milliRh / 10) / 100).toFixed(2))
    return Buffer.from(text, 'latin1')
  }
}

export const asciiThermometer: InstrumentKind<Spec> = {
  kind: 'ascii-thermometer',
  what: 'a thermometer that speaks text, by default as the TEMPerX232',
  carrier: 'serial',
  baudRate: 9600,
  settings: {
    request: v.optional(v.pipe(v.string(), v.maxLength(64)), 'ReadTemp'),
    text: v.optional(v.pipe(v.string(), v.maxLength(256)), 'Temp-Inner:{c} [C],{rh} [%RH]<'),
    every: v.exactOptional(duration),
    air,
  },
  faults: [...ELEMENT_FAULTS, 'open', 'nan'],
  senses: 'air',
  make: (spec, around) => new AsciiThermometer(spec, around),
}
