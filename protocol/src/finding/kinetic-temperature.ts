import type { RecordedSeries } from './facts.ts'

// Mean kinetic temperature (USP <1079>): the one temperature at which as much would have gone bad as at all that were measured. With the activation
// energy of 83.144 kJ/mol and the gas constant 8.3144 J/(mol·K), whose quotient is 10,000 K:
//   T = 10,000 / (−ln Σ wᵢ e^(−10,000 / Tᵢ)), Σ wᵢ = 1.
// In fixed point by whole numbers alone, so that every engine comes to the same: Math.exp and Math.log differ in their last bits.

/** Fractional bits. What is cut off in some sixty steps is beneath the fiftieth, a millionth of a thousandth of a degree. */
const BITS = 64n
const ONE = 1n << BITS
/** 10,000 K in thousandths. */
const QUOTIENT = 10_000_000n << BITS
const ZERO_CELSIUS_MILLI_K = 273_150
/** ln 2 = 2 artanh ⅓. */
const LN_2 = artanhTwice(ONE / 3n)

/** Readings of one value, and for how long they stand. */
export interface WeightedReading {
  milliC: number
  /** A whole number above 0, such as milliseconds. */
  weight: number
}

/** In milli-°C, rounded to the nearest. Undefined without readings, or where one is not above absolute zero. */
export function kineticTemperature(readings: readonly WeightedReading[]): number | undefined {
  const weights = new Map<number, bigint>()
  for (const { milliC, weight } of readings) weights.set(milliC, (weights.get(milliC) ?? 0n) + BigInt(weight))
  const hottest = [...weights.keys()].reduce((most, one) => Math.max(most, one), Number.NEGATIVE_INFINITY)
  const coldest = [...weights.keys()].reduce((least, one) => Math.min(least, one), Number.POSITIVE_INFINITY)
  if (weights.size === 0 || coldest <= -ZERO_CELSIUS_MILLI_K) return undefined
  // Against the hottest, so that nothing is too small for the bits that there are.
  const least = exponentOf(hottest)
  let [sum, total] = [0n, 0n]
  for (const [milliC, weight] of weights) {
    sum += weight * expOfMinus(exponentOf(milliC) - least)
    total += weight
  }
  // Rounded up: a breath of heat among years of cold is not nothing.
  const exponent = least - logOf((sum + total - 1n) / total)
  return Number((QUOTIENT + exponent / 2n) / exponent) - ZERO_CELSIUS_MILLI_K
}

/** The points of series, each instrument's moment once: two events may tell of the same stretch. */
export function weightedReadings(series: readonly RecordedSeries[]): WeightedReading[] {
  const seen = new Set<string>()
  return series.flatMap(({ device, fromMs, everyMs, milli }) =>
    milli.flatMap((milliC, i) => {
      const moment = `${device} ${fromMs + i * everyMs}`
      if (milliC === null || seen.has(moment)) return []
      seen.add(moment)
      return [{ milliC, weight: everyMs }]
    }),
  )
}

/** 10,000 K by the absolute temperature. */
function exponentOf(milliC: number): bigint {
  return QUOTIENT / BigInt(milliC + ZERO_CELSIUS_MILLI_K)
}

/** e^−x for x ≥ 0: halvings, and the power series of what is left. */
function expOfMinus(x: bigint): bigint {
  const rest = x % LN_2
  let [sum, term] = [ONE, ONE]
  for (let n = 1n; term !== 0n; n++) {
    term = (-term * rest) / (n << BITS)
    sum += term
  }
  return sum >> (x / LN_2)
}

/** ln x for 0 < x ≤ 1: doublings up to 1 … 2, and 2 artanh of (x − 1) / (x + 1). */
function logOf(x: bigint): bigint {
  let [mantissa, doublings] = [x, 0n]
  while (mantissa < ONE) [mantissa, doublings] = [mantissa << 1n, doublings + 1n]
  return artanhTwice(((mantissa - ONE) << BITS) / (mantissa + ONE)) - doublings * LN_2
}

/** 2 (t + t³/3 + t⁵/5 + …) for 0 ≤ t ≤ ⅓. */
function artanhTwice(t: bigint): bigint {
  const square = (t * t) >> BITS
  let [sum, power] = [0n, t]
  for (let n = 1n; power !== 0n; n += 2n) {
    sum += power / n
    power = (power * square) >> BITS
  }
  return 2n * sum
}
