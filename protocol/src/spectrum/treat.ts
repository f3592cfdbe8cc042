import { dot, log10, mean } from './arithmetic.ts'
import type { Treatment } from './model.ts'

/** Less than this is taken for this: what reflects a ten-thousandth is black, and what noise makes negative has no logarithm. */
const BLACKEST = 0.0001

/** Savitzky and Golay, first derivative, second order, over five points. */
const DERIVATIVE = [-2, -1, 0, 1, 2]
const DERIVATIVE_SUM = 10

/** (S − D) / (W − D) at every point. */
export function reflectance(scan: readonly number[], dark: readonly number[], white: readonly number[]): number[] {
  return scan.map((count, i) => (count - dark[i]!) / (white[i]! - dark[i]!))
}

/** The mean of the scans, point by point. */
export function averaged(scans: readonly (readonly number[])[]): number[] {
  return scans[0]!.map((_, i) => mean(scans.map((scan) => scan[i]!)))
}

/** What a model compares: the reflectance as it wants it. */
export function treat(reflected: readonly number[], { signal, bin, snv, derivative }: Treatment): number[] {
  const values = signal === 'absorbance' ? reflected.map((r) => -log10(Math.max(BLACKEST, r))) : [...reflected]
  return treatSignal(values, { bin, snv, derivative })
}

/** The same from the signal on: for training data that are given as absorbances. */
export function treatSignal(signal: readonly number[], { bin, snv, derivative }: Omit<Treatment, 'signal'>): number[] {
  const binned =
    bin === 1
      ? signal
      : Array.from({ length: Math.floor(signal.length / bin) }, (_, i) => mean(signal.slice(i * bin, (i + 1) * bin)))
  const scaled = snv ? standardised(binned) : [...binned]
  if (!derivative) return scaled
  return Array.from({ length: scaled.length - 4 }, (_, i) => dot(DERIVATIVE, scaled.slice(i, i + 5)) / DERIVATIVE_SUM)
}

/** Minus the mean, divided by the standard deviation (n − 1); a spectrum without any form stays without. */
function standardised(values: readonly number[]): number[] {
  const centre = mean(values)
  const apart = values.map((value) => value - centre)
  const deviation = Math.sqrt(dot(apart, apart) / (values.length - 1))
  return deviation > 0 ? apart.map((value) => value / deviation) : apart
}
