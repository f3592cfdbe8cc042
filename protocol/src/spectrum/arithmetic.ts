// Arithmetic that gives the same bits on every engine: IEEE 754 double precision with + − × ÷ and the square root alone, which the
// standard rounds exactly, in an order that is fixed here. Math.log10 and its like are not: engines differ in the last bits.

// Written out: the standard leaves the last bits of Math's own constants to the engine.
// biome-ignore-start lint/suspicious/noApproximativeNumericConstant: see above
const SQRT_2 = 1.4142135623730951
const LN_2 = 0.6931471805599453
const LN_10 = 2.302585092994046
// biome-ignore-end lint/suspicious/noApproximativeNumericConstant: see above
/** Terms of the series below: for |t| ≤ 0.172 the sixteenth is beneath the last bit. */
const TERMS = 16

/** The sum from the first to the last. */
export function sum(values: readonly number[]): number {
  let total = 0
  for (let i = 0; i < values.length; i++) total += values[i]!
  return total
}

export function mean(values: readonly number[]): number {
  return sum(values) / values.length
}

/** Σ aᵢ × bᵢ from the first to the last. */
export function dot(a: readonly number[], b: readonly number[]): number {
  let total = 0
  for (let i = 0; i < a.length; i++) total += a[i]! * b[i]!
  return total
}

/**
 * The decimal logarithm of a positive, finite number, the same on every engine. x = m × 2^e with m from 1/√2 to √2, by halving and doubling,
 * which is exact; ln m = 2 artanh t with t = (m − 1) / (m + 1), as its power series in Horner's order; (e ln 2 + ln m) / ln 10.
 */
export function log10(x: number): number {
  let [m, e] = [x, 0]
  while (m >= 2) [m, e] = [m / 2, e + 1]
  while (m < 1) [m, e] = [m * 2, e - 1]
  if (m > SQRT_2) [m, e] = [m / 2, e + 1]
  const t = (m - 1) / (m + 1)
  const squared = t * t
  let series = 0
  for (let k = TERMS; k >= 0; k--) series = series * squared + 1 / (2 * k + 1)
  return (e * LN_2 + 2 * t * series) / LN_10
}

/** Thousandths, the nearest integer, halves upward; what is beyond any limit stays a number that can be written down. */
export function toMilli(value: number): number {
  const bound = 999_999_999_999
  const milli = Math.floor(value * 1000 + 0.5)
  return Math.min(bound, Math.max(-bound, milli)) + 0
}
