import type { Faults } from '../fault.ts'
import { uniform } from '../random.ts'
import type { Device, Position } from './device.ts'
import { gga, rmc } from './nmea.ts'

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
    const timeMs = time()
    const at = faults.strike('no-fix') ? undefined : position()
    const quality = {
      satellites: 8 + Math.floor(uniform(seed, this.#epoch >> 4) * 5),
      hdop: 0.7 + uniform(seed + 1, this.#epoch >> 4) * 0.4,
    }
    const sentences = [gga(talker, timeMs, at, quality), rmc(talker, timeMs, at)]
    if (faults.strike('bad-checksum')) return sentences.map((text) => ascii(spoil(text)))
    return sentences.map(ascii)
  }
}

/** Changes one digit of the checksum. */
function spoil(text: string): string {
  const at = text.length - 3
  return `${text.slice(0, at)}${text[at] === '0' ? '1' : '0'}${text.slice(at + 1)}`
}

function ascii(text: string): Uint8Array {
  return new TextEncoder().encode(text)
}
