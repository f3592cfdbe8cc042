import type { Air } from '../device/device.ts'
import { streamSeed, wobble } from '../random.ts'

/** How the air around a thermometer behaves by itself. */
export interface ClimateOptions {
  celsius: number
  humidity: number
  /** Half the height, in °C, of the wave that a cooling machine makes, and its period in milliseconds. */
  swing: number
  cycleMs: number
  /** The largest departure by noise, °C. */
  noise: number
}

interface Ramp {
  fromMs: number
  untilMs: number
  from: number
  to: number
}

/** One departure by noise lasts so long in scenario time. */
const NOISE_SLOT_MS = 60_000

/** The air at one thermometer as a function of scenario time: a level that ramps to its target, the cooling machine's wave, and seeded noise. */
export class Climate {
  readonly #options: ClimateOptions
  readonly #seed: number
  #ramp: Ramp

  constructor(options: ClimateOptions, seed: number, name: string) {
    this.#options = options
    this.#seed = streamSeed(seed, name)
    this.#ramp = { fromMs: 0, untilMs: 0, from: options.celsius, to: options.celsius }
  }

  /** From now on the level goes to `celsius` within `withinMs`. */
  setTarget(celsius: number, nowMs: number, withinMs: number): void {
    this.#ramp = { fromMs: nowMs, untilMs: nowMs + withinMs, from: this.#level(nowMs), to: celsius }
  }

  at(timeMs: number): Air {
    const { swing, cycleMs, noise, humidity } = this.#options
    const slot = Math.floor(timeMs / NOISE_SLOT_MS)
    const phase = (this.#seed >>> 0) / 2 ** 32
    const wave = swing * Math.sin(2 * Math.PI * (timeMs / cycleMs + phase))
    const celsius = this.#level(timeMs) + wave + noise * wobble(this.#seed, slot)
    const rh = Math.min(100, Math.max(0, humidity - 4 * wave + 10 * noise * wobble(this.#seed + 1, slot)))
    return { milliC: Math.round(celsius * 1000), milliRh: Math.round(rh * 1000) }
  }

  #level(timeMs: number): number {
    const { fromMs, untilMs, from, to } = this.#ramp
    if (timeMs >= untilMs) return to
    return from + ((to - from) * (timeMs - fromMs)) / (untilMs - fromMs)
  }
}
