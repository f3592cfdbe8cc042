import * as v from 'valibot'
import type { Faults } from '../fault.ts'
import { uniform } from '../random.ts'
import { id, whole } from '../scenario/values.ts'
import type { Device, Position } from './device.ts'
import type { BaseSpec, InstrumentKind } from './kind.ts'
import { gga, rmc, sentence } from './nmea.ts'

/** A receiver counts weeks in ten bits; one whose counter rolled over is so far behind. */
const ROLLOVER_MS = 1024 * 7 * 86_400_000
/** By so much `clock-step` puts the receiver's time forward, `clock-step-back` back. */
const STEP_MS = 3_600_000
/** Bits of one epoch: GGA and RMC, at most 82 characters each (NMEA 0183 §5.3), ten bits a character. */
export const EPOCH_BITS: number = 2 * 82 * 10

interface Spec extends BaseSpec {
  rate: number
  talker: string
  place: string
}

export interface GnssOptions {
  /** Fixes a second, 1 to 10. */
  rate: number
  talker: string
  seed: number
  /** Scenario time, Unix milliseconds. */
  time: () => number
  position: () => Position
  faults: Faults
}

/** An NMEA 0183 receiver: GGA and RMC of one epoch, `rate` times a second, from the moment it has power. It hears nothing. */
export class Gnss implements Device {
  readonly #options: GnssOptions
  #nextAt = 0
  #epoch = 0

  constructor(options: GnssOptions) {
    this.#options = options
  }

  receive(): void {}

  due(): number {
    return this.#nextAt
  }

  transmit(nowMs: number): Uint8Array[] {
    if (nowMs < this.#nextAt) return []
    const { rate, talker, seed, time, position, faults } = this.#options
    const period = 1000 / rate
    // A receiver that was held up does not send the epochs it missed.
    this.#nextAt = Math.max(this.#nextAt + period, nowMs + period / 2)
    this.#epoch++
    const timeMs = time() + this.#offsetMs()
    const at = faults.strike('no-fix') ? undefined : position()
    const quality = {
      satellites: 8 + Math.floor(uniform(seed, this.#epoch >> 4) * 5),
      hdop: 0.7 + uniform(seed + 1, this.#epoch >> 4) * 0.4,
    }
    const sentences = [gga(talker, timeMs, at, quality), rmc(talker, timeMs, at)]
    if (at && faults.strike('no-date')) sentences[1] = without(sentences[1]!, 9)
    if (at && faults.strike('dead-reckoning')) sentences[0] = withField(sentences[0]!, 6, '6')
    if (at && faults.strike('poor-sky')) sentences[0] = withField(sentences[0]!, 8, '25.5')
    if (faults.strike('bad-checksum')) return sentences.map((text) => ascii(spoil(text)))
    return sentences.map(ascii)
  }

  #offsetMs(): number {
    const { faults } = this.#options
    if (faults.strike('rollover')) return -ROLLOVER_MS
    if (faults.strike('clock-step')) return STEP_MS
    return faults.strike('clock-step-back') ? -STEP_MS : 0
  }
}

/** The sentence with one field replaced and its checksum made anew. Field 0 is the sentence's name. */
function withField(text: string, field: number, value: string): string {
  const fields = text.slice(1, text.indexOf('*')).split(',')
  fields[field] = value
  return sentence(fields.join(','))
}

function without(text: string, field: number): string {
  return withField(text, field, '')
}

/** Changes one digit of the checksum. */
function spoil(text: string): string {
  const at = text.length - 3
  return `${text.slice(0, at)}${text[at] === '0' ? '1' : '0'}${text.slice(at + 1)}`
}

function ascii(text: string): Uint8Array {
  return new TextEncoder().encode(text)
}

export const gnss: InstrumentKind<Spec> = {
  kind: 'nmea',
  what: 'GNSS receiver: GGA and RMC with checksum',
  carrier: 'serial',
  baudRate: 9600,
  settings: {
    rate: v.optional(whole(1, 10), 1),
    talker: v.optional(v.picklist(['GP', 'GN', 'BD', 'GB']), 'GN'),
    place: id,
  },
  faults: [
    'no-fix',
    'bad-checksum',
    'rollover',
    'no-date',
    'dead-reckoning',
    'poor-sky',
    'clock-step',
    'clock-step-back',
  ],
  senses: 'place',
  check({ place, rate, baudRate }, places) {
    const problems: string[] = []
    if (!places.has(place)) problems.push(`place: there is no place ${place}`)
    if (rate * EPOCH_BITS > baudRate) {
      problems.push(`rate: ${rate} fixes a second do not fit on a line of ${baudRate} baud`)
    }
    return problems
  },
  make: ({ rate, talker, place }, { seed, time, faults, position }) =>
    new Gnss({ rate, talker, seed, time, position: position(place), faults }),
}
