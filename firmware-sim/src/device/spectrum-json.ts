import * as v from 'valibot'
import { wobble } from '../random.ts'
import { whole } from '../scenario/values.ts'
import { batchOf, parseSample, reflectanceOf, type Sample } from '../world/food.ts'
import type { Device } from './device.ts'
import type { BaseSpec, InstrumentKind, Surroundings } from './kind.ts'

interface Spec extends BaseSpec {
  from: number
  to: number
  step: number
  counts: number
  integrationUs: number
}

const DARK = 210
const FULL = 65_535
const MAX_LINE = 256

/** A near-infrared module behind a microcontroller that speaks the open protocol: a line of JSON for each question. */
class SpectrumJson implements Device {
  readonly #spec: Spec
  readonly #around: Surroundings
  readonly #nm: number[]
  readonly #answers: { text: string; at: number }[] = []
  #line = ''
  #sample: Sample = 'none'
  #batch = 0
  #shown = 0
  #scans = 0

  constructor(spec: Spec, around: Surroundings) {
    this.#spec = spec
    this.#around = around
    const points = Math.floor((spec.to - spec.from) / spec.step) + 1
    this.#nm = Array.from({ length: points }, (_, i) => spec.from + i * spec.step)
    around.onShow((code) => {
      this.#sample = parseSample(code) ?? 'none'
      this.#batch = batchOf(around.seed, ++this.#shown)
    })
  }

  receive(chunk: Uint8Array, nowMs: number): void {
    for (const char of Buffer.from(chunk).toString('utf8')) {
      if (char !== '\n') {
        this.#line = (this.#line + char).slice(-MAX_LINE)
        continue
      }
      const line = this.#line.trim()
      this.#line = ''
      if (line === '' || this.#around.faults.strike('mute')) continue
      this.#answers.push(this.#answer(line, nowMs))
    }
  }

  due(): number | undefined {
    return this.#answers[0]?.at
  }

  transmit(nowMs: number): Uint8Array[] {
    const out: Uint8Array[] = []
    for (let first = this.#answers[0]; first && first.at <= nowMs; first = this.#answers[0]) {
      this.#answers.shift()
      out.push(Buffer.from(`${first.text}\n`))
    }
    return out
  }

  #answer(line: string, nowMs: number): { text: string; at: number } {
    const { integrationUs } = this.#spec
    const question = read(line)
    if (question?.['do'] === 'identify') return { text: JSON.stringify({ identity: this.#identity() }), at: nowMs + 2 }
    if (question?.['do'] !== 'scan') return { text: JSON.stringify({ error: 'do: identify or scan' }), at: nowMs + 2 }
    if (this.#around.faults.strike('refuse')) return { text: JSON.stringify({ error: 'lamp' }), at: nowMs + 2 }
    const scan = { counts: this.#counts(question['lit'] === true), temperaturesMilliC: [27_500] }
    return { text: JSON.stringify({ scan }), at: nowMs + integrationUs / 1000 }
  }

  #identity(): object {
    const { integrationUs } = this.#spec
    const settings = { integrationUs: this.#around.faults.has('wrong-gain') ? integrationUs * 2 : integrationUs }
    return {
      kind: 'nir-module',
      firmware: '1.0',
      settings,
      axis: { unit: 'nm', milli: this.#nm.map((nm) => nm * 1000) },
      full: FULL,
    }
  }

  #counts(lit: boolean): number[] {
    const { faults, seed } = this.#around
    this.#scans++
    const worn = faults.has('lamp-weak') ? 0.005 : 1
    return this.#nm.map((nm, i) => {
      const noise = 1 + 0.002 * wobble(seed, this.#scans * 2048 + i)
      const light = lit ? this.#spec.counts * worn * reflectanceOf(this.#sample, this.#batch, nm) * noise : 0
      return faults.has('saturated') ? FULL : Math.min(FULL, Math.round(DARK + light))
    })
  }
}

function read(line: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(line)
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : undefined
  } catch {
    return undefined
  }
}

export const spectrumJson: InstrumentKind<Spec> = {
  kind: 'spectrum-json',
  what: 'near-infrared spectrometer that speaks lines of JSON; shown samples as an as7265x',
  carrier: 'serial',
  baudRate: 115_200,
  settings: {
    from: v.optional(whole(300, 2500), 900),
    to: v.optional(whole(300, 2500), 1700),
    step: v.optional(whole(1, 100), 10),
    counts: v.optional(whole(100, 60_000), 30_000),
    integrationUs: v.optional(whole(100, 1_000_000), 20_000),
  },
  faults: ['mute', 'refuse', 'saturated', 'wrong-gain', 'lamp-weak'],
  senses: 'codes',
  check: ({ from, to, step }) => ((to - from) / step > 1000 || to <= from ? ['to: at most 1000 points'] : []),
  shows: (code) => parseSample(code) !== undefined,
  make: (spec, around) => new SpectrumJson(spec, around),
}
