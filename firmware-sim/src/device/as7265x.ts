import * as v from 'valibot'
import { wobble } from '../random.ts'
import { whole } from '../scenario/values.ts'
import { batchOf, parseSample, reflectanceOf, type Sample } from '../world/food.ts'
import type { Device } from './device.ts'
import type { BaseSpec, InstrumentKind, Surroundings } from './kind.ts'

interface Spec extends BaseSpec {
  counts: number
  latency: number
}

/** The chips and their channels as the wire has them: first the near-infrared one, then the visible, then the ultraviolet. */
const CHANNELS: readonly (readonly [letter: string, nm: number])[] = [
  ['R', 610],
  ['S', 680],
  ['T', 730],
  ['U', 760],
  ['V', 810],
  ['W', 860],
  ['G', 560],
  ['H', 585],
  ['I', 645],
  ['J', 705],
  ['K', 900],
  ['L', 940],
  ['A', 410],
  ['B', 435],
  ['C', 460],
  ['D', 485],
  ['E', 510],
  ['F', 535],
]
const GAINS = [1, 3.7, 16, 64] as const
/** At which the setting `counts` holds. */
const USUAL = { gain: 2, steps: 60 } as const
const STEP_MS = 2.8
const DARK = 35
const MAX_LINE = 64
const RAW_MAX = 65_535
const CALIBRATED_MAX = 4_294_967_296

/** A SparkFun Triad (ams AS7265x) on its serial port, with a sample in front of it. */
class As7265x implements Device {
  readonly #spec: Spec
  readonly #around: Surroundings
  readonly #answers: { text: string; at: number }[] = []
  #line = ''
  #gain = 3
  #steps = 20
  readonly #lit = new Set<string>()
  #sample: Sample = 'none'
  #batch = 0
  #shown = 0
  #scans = 0
  #values: number[] = CHANNELS.map(() => 0)
  #busyUntil = 0
  /** Samples still to come of a burst, and whether they are calibrated. */
  #burst: { left: number; calibrated: boolean; at: number } | undefined

  constructor(spec: Spec, around: Surroundings) {
    this.#spec = spec
    this.#around = around
    around.onShow((code) => {
      this.#sample = parseSample(code) ?? 'none'
      this.#batch = batchOf(around.seed, ++this.#shown)
    })
  }

  receive(chunk: Uint8Array, nowMs: number): void {
    for (const char of Buffer.from(chunk).toString('latin1')) {
      if (char !== '\n' && char !== '\r') {
        this.#line = (this.#line + char).slice(-MAX_LINE)
        continue
      }
      const command = this.#line.trim().toUpperCase()
      this.#line = ''
      if (command === '' || this.#around.faults.strike('mute')) continue
      const value = this.#obey(command, nowMs)
      const text = value === undefined ? 'ERROR\n' : `${value}${value === '' ? '' : ' '}OK\n`
      this.#answers.push({ text, at: Math.max(nowMs + this.#spec.latency, this.#busyUntil) })
    }
  }

  due(): number | undefined {
    const next = this.#answers[0]?.at
    if (this.#burst === undefined) return next
    return Math.min(next ?? Number.POSITIVE_INFINITY, this.#burst.at)
  }

  transmit(nowMs: number): Uint8Array[] {
    const out: Uint8Array[] = []
    for (let first = this.#answers[0]; first && first.at <= nowMs; first = this.#answers[0]) {
      this.#answers.shift()
      out.push(Buffer.from(first.text, 'latin1'))
    }
    const burst = this.#burst
    if (burst && burst.at <= nowMs) {
      this.#expose(nowMs)
      out.push(Buffer.from(`${burst.calibrated ? this.#calibrated() : this.#raw()}\n`, 'latin1'))
      burst.at = nowMs + this.#exposureMs
      if (burst.left !== 255 && --burst.left <= 0) this.#burst = undefined
    }
    return out
  }

  /** The answer before its OK; undefined for ERROR. */
  #obey(command: string, nowMs: number): string | undefined {
    const [name = '', argument] = command.split('=')
    const number = argument === undefined ? Number.NaN : Number(argument)
    switch (name) {
      case 'AT':
        return ''
      case 'ATVERSW':
        return '12.0.0'
      case 'ATVERHW':
        return '0x4009'
      case 'ATPRES':
        return '1, 2, 3'
      case 'ATTEMP':
        return `${[31, 30, 30].map((t) => t + Math.round(wobble(this.#around.seed, this.#scans))).join(', ')}`
      case 'ATGAIN':
        return this.#set(
          number,
          0,
          3,
          () => String(this.#gain),
          (value) => {
            this.#gain = value
          },
        )
      case 'ATINTTIME':
        return this.#set(
          number,
          1,
          255,
          () => String(this.#steps),
          (value) => {
            this.#steps = value
          },
        )
      case 'ATTCSMD':
        if (number === 3) this.#expose(nowMs)
        return number >= 0 && number <= 3 ? '' : undefined
      case 'ATDATA':
        return this.#raw()
      case 'ATCDATA':
        return this.#calibrated()
      case 'ATBURST':
        return this.#startBurst(argument ?? '', nowMs)
      case 'ATLED0':
      case 'ATLED1':
      case 'ATLED2':
      case 'ATLED3':
        if (number > 0) this.#lit.add(name)
        else this.#lit.delete(name)
        return Number.isNaN(number) ? undefined : ''
      case 'ATLEDC':
      case 'ATLEDD':
      case 'ATLEDE':
      case 'ATINTRVL':
        return Number.isNaN(number) ? undefined : ''
      default:
        return undefined
    }
  }

  #set(
    value: number,
    least: number,
    most: number,
    get: () => string,
    put: (value: number) => void,
  ): string | undefined {
    if (Number.isNaN(value)) return get()
    if (!Number.isInteger(value) || value < least || value > most) return undefined
    put(this.#around.faults.has('wrong-gain') && most === 3 ? (value + 1) % 4 : value)
    return ''
  }

  #startBurst(argument: string, nowMs: number): string | undefined {
    const [count = '', mode = '0'] = argument.split(',')
    const left = Number(count)
    if (!Number.isInteger(left) || left < 0 || left > 255) return undefined
    this.#burst = left === 0 ? undefined : { left, calibrated: mode.trim() === '1', at: nowMs + this.#exposureMs }
    return ''
  }

  get #exposureMs(): number {
    return 2 * this.#steps * STEP_MS
  }

  #expose(nowMs: number): void {
    const { faults, seed } = this.#around
    this.#busyUntil = nowMs + this.#exposureMs
    this.#scans++
    const lamps = ['ATLED1', 'ATLED2', 'ATLED3'].filter((lamp) => this.#lit.has(lamp)).length / 3
    const worn = faults.has('lamp-weak') ? 0.02 : 1
    const scale =
      this.#spec.counts * lamps * worn * (GAINS[this.#gain]! / GAINS[USUAL.gain]) * (this.#steps / USUAL.steps)
    const moved = faults.strike('shaken') ? 0.6 : 1
    this.#values = CHANNELS.map(([, nm], i) => {
      const noise = 1 + 0.002 * wobble(seed, this.#scans * 32 + i)
      // Lamps and filters do not give every channel the same.
      const response = 0.6 + 0.4 * Math.sin(nm / 90)
      const counts = DARK + scale * (0.4 + response) * reflectanceOf(this.#sample, this.#batch, nm) * noise * moved
      return Math.min(RAW_MAX, Math.round(faults.has('saturated') ? RAW_MAX : counts))
    })
  }

  #raw(): string {
    return this.#values.join(', ')
  }

  #calibrated(): string {
    return this.#values.map((value) => (value === RAW_MAX ? CALIBRATED_MAX : value * 0.93).toFixed(3)).join(', ')
  }
}

export const as7265x: InstrumentKind<Spec> = {
  kind: 'as7265x',
  what: 'spectrometer of 18 channels (SparkFun Triad); shown white, none, olive-oil, olive-oil+10%sunflower-oil, milk-powder+5%melamine …',
  carrier: 'serial',
  baudRate: 115_200,
  settings: {
    /** Of the white standard at gain 2 and 60 steps, about. */
    counts: v.optional(whole(100, 60_000), 18_000),
    /** From the command to its answer, ms. */
    latency: v.optional(whole(0, 10_000), 3),
  },
  faults: ['mute', 'saturated', 'wrong-gain', 'lamp-weak', 'shaken'],
  senses: 'codes',
  shows: (code) => parseSample(code) !== undefined,
  make: (spec, around) => new As7265x(spec, around),
}
