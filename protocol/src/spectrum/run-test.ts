import { utcMs } from '../event/bounds.ts'
import { dot, sum, toMilli } from './arithmetic.ts'
import type { Model } from './model.ts'
import type { TestCode, TestResult, TestScores } from './result.ts'
import type { Spectrum } from './spectrum.ts'
import { averaged, reflectance, treat } from './treat.ts'

/**
 * Tests a measurement against a model: a pure function, the same integers on every engine and at any time. It never says what a sample is,
 * only whether its spectrum is as those of the model's samples were; and of what was not measured as the model demands it says nothing.
 */
export function runTest(spectrum: Spectrum, model: Model): TestResult {
  const code = whyNot(spectrum, model)
  if (code !== undefined) return { verdict: 'inconclusive', code }
  const dark = spectrum.dark!.counts
  const white = spectrum.white!.counts
  const reflected = spectrum.scans.map((scan) => reflectance(scan, dark, white))
  const average = averaged(reflected)
  if (spread(reflected, average) * 1000 > model.spreadMilli) return { verdict: 'inconclusive', code: 'SCANS_DIFFER' }
  return judge(treat(average, model.treatment), model)
}

/** Distances of a treated spectrum from the class, and what follows. */
export function judge(treated: readonly number[], model: Model): TestResult {
  const scores = scoresOf(treated, model)
  const inside = scores.scoreMilli <= scores.limitMilli
  const ofClass = scores.classMilli === undefined || scores.classMilli >= scores.classLimitMilli!
  return { verdict: inside && ofClass ? 'consistent' : 'suspicious', ...scores }
}

/** The parts of the full distance as numbers: h/h₀ × N_h and q/q₀ × N_q. */
export function distances(
  treated: readonly number[],
  { mean, loadings, variances }: Pick<Model, 'mean' | 'loadings' | 'variances'>,
): { h: number; q: number } {
  const centred = treated.map((value, i) => value - mean[i]!)
  const residual = [...centred]
  let h = 0
  for (let a = 0; a < loadings.length; a++) {
    const loading = loadings[a]!
    const score = dot(centred, loading)
    h += (score * score) / variances[a]!
    for (let i = 0; i < residual.length; i++) residual[i] = residual[i]! - score * loading[i]!
  }
  return { h, q: dot(residual, residual) }
}

function scoresOf(treated: readonly number[], model: Model): TestScores {
  const { h, q } = distances(treated, model)
  const within = (h / model.h0) * model.nh
  const away = (q / model.q0) * model.nq
  const { classes } = model
  return {
    scoreMilli: toMilli(within + away),
    limitMilli: model.limitMilli,
    hMilli: toMilli(within),
    qMilli: toMilli(away),
    ...(classes !== undefined && {
      classMilli: toMilli(classes.intercept + dot(treated, classes.coefficients)),
      classLimitMilli: classes.limitMilli,
    }),
  }
}

function whyNot(spectrum: Spectrum, model: Model): TestCode | undefined {
  const { dark, white, calibration, scans } = spectrum
  const at = utcMs(spectrum.at)!
  const expired = (until: string): boolean => at > utcMs(until)!
  if (spectrum.instrument.kind !== model.instrument.kind) return 'INSTRUMENT_DIFFERS'
  if (!sameSettings(spectrum.settings, model.settings)) return 'SETTINGS_DIFFER'
  if (spectrum.axis.unit !== model.axis.unit || !sameList(spectrum.axis.milli, model.axis.milli)) return 'AXIS_DIFFERS'
  if (expired(model.until)) return 'MODEL_EXPIRED'
  if (calibration === undefined) return 'CALIBRATION_UNKNOWN'
  if (expired(calibration.until)) return 'CALIBRATION_EXPIRED'
  if (dark === undefined || white === undefined) return 'REFERENCE_MISSING'
  // A reference from after the sample was not the one that it was measured against.
  for (const { at: taken, until } of [dark, white]) if (expired(until) || utcMs(taken)! > at) return 'REFERENCE_EXPIRED'
  if (scans.length < model.scans) return 'SCANS_FEW'
  const readings = [dark.counts, white.counts, ...scans]
  if (readings.some((counts) => counts.some((count) => count >= spectrum.full))) return 'SATURATED'
  if (white.counts.some((count, i) => count - dark.counts[i]! < model.span)) return 'REFERENCE_WEAK'
  return undefined
}

/** How far the scan that is farthest from the average is from it: Σ|Δ| / Σ|average|. */
function spread(reflected: readonly (readonly number[])[], average: readonly number[]): number {
  const whole = sum(average.map((value) => Math.abs(value)))
  let farthest = 0
  for (const scan of reflected) {
    const apart = sum(scan.map((value, i) => Math.abs(value - average[i]!)))
    farthest = Math.max(farthest, whole > 0 ? apart / whole : 1)
  }
  return farthest
}

function sameSettings(a: Record<string, number>, b: Record<string, number>): boolean {
  const names = Object.keys(a)
  return names.length === Object.keys(b).length && names.every((name) => Object.hasOwn(b, name) && a[name] === b[name])
}

function sameList(a: readonly number[], b: readonly number[]): boolean {
  return a.length === b.length && a.every((value, i) => value === b[i])
}
