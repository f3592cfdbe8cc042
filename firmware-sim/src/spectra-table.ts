import { wobble } from './random.ts'
import { batchOf, parseSample, reflectanceOf } from './world/food.ts'

/** What `--spectra` asks for. */
export interface SpectraRequest {
  sample: string
  count: number
  seed: number
  nm: readonly number[]
}

/** The channels of an AS7265x. */
const TRIAD = [410, 435, 460, 485, 510, 535, 560, 585, 610, 645, 680, 705, 730, 760, 810, 860, 900, 940]

/** `as7265x`, or `900:1700:10`: from, to, step in nm. */
export function parseAxis(text: string): number[] | undefined {
  if (text === 'as7265x') return TRIAD
  const [, from = 0, to = 0, step = 0] = (/^(\d{3,4}):(\d{3,4}):(\d{1,3})$/.exec(text) ?? []).map(Number)
  const points = step > 0 ? Math.floor((to - from) / step) + 1 : 0
  return points > 1 && points <= 1000 ? Array.from({ length: points }, (_, i) => from + i * step) : undefined
}

/**
 * Reflectances of so many samples of a made-up food as CSV, a row for each: to make models with. A scan's noise is in them, as an instrument
 * with a good reference would give it.
 */
export function spectraTable({ sample, count, seed, nm }: SpectraRequest): string {
  const food = parseSample(sample)
  if (food === undefined) throw new RangeError(`not a sample: ${sample}`)
  const rows = Array.from({ length: count }, (_, i) => {
    const batch = batchOf(seed, i + 1)
    const values = nm.map((at, k) => reflectanceOf(food, batch, at) * (1 + 0.0015 * wobble(seed, (i + 1) * 2048 + k)))
    return [`${sample} ${i + 1}`, ...values.map((value) => value.toFixed(6))].join(',')
  })
  return `${[`sample`, ...nm].join(',')}\n${rows.join('\n')}\n`
}
