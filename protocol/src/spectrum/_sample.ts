import type { Axis } from './measured.ts'
import type { Model } from './model.ts'
import type { Spectrum } from './spectrum.ts'
import { treat } from './treat.ts'

// A model and measurements for tests.

export const DEVICE = 'https://id.gs1.org/8004/9506000134SPEC1'
export const POINTS = 18
export const axis: Axis = { unit: 'nm', milli: Array.from({ length: POINTS }, (_, i) => 410_000 + 30_000 * i) }

/** A smooth curve, the same for ever. */
const curve = (i: number): number => 0.2 + 0.5 * Math.sqrt((i + 1) / POINTS)

export const model: Model = {
  type: 'TristampSpectrumModel',
  version: 1,
  name: 'a made-up oil',
  instrument: { kind: 'as7265x' },
  settings: { gain: 2, integrationUs: 166_800 },
  axis: { unit: 'nm', milli: [...axis.milli] },
  scans: 2,
  spreadMilli: 20,
  span: 1000,
  treatment: { signal: 'absorbance', bin: 1, snv: true, derivative: false },
  mean: treat(
    Array.from({ length: POINTS }, (_, i) => curve(i)),
    { signal: 'absorbance', bin: 1, snv: true, derivative: false },
  ),
  loadings: [Array.from({ length: POINTS }, (_, i) => (i === 4 ? 0.6 : i === 9 ? 0.8 : 0))],
  variances: [0.01],
  h0: 1,
  nh: 1,
  q0: 0.01,
  nq: 4,
  limitMilli: 11_070,
  madeAt: '2026-01-01T00:00:00.000Z',
  until: '2027-01-01T00:00:00.000Z',
  training: { samples: 60, alphaMilli: 50, method: 'by hand', sensitivity: { right: 57, of: 60 } },
}

/** The curve as counts, bent by `bend` at one channel. */
export function measured(bend = 0, change: Partial<Spectrum> = {}): Spectrum {
  const dark = Array.from({ length: POINTS }, (_, i) => 40 + (i % 3))
  const white = dark.map((count, i) => count + 20_000 + 100 * i)
  const scan = (noise: number): number[] =>
    dark.map((count, i) => Math.round(count + (20_000 + 100 * i) * (curve(i) + (i === 12 ? bend : 0))) + noise)
  return {
    type: 'TristampSpectrum',
    version: 1,
    device: DEVICE,
    instrument: { kind: 'as7265x', firmware: '12.0.0' },
    settings: { gain: 2, integrationUs: 166_800 },
    axis: { unit: 'nm', milli: [...axis.milli] },
    full: 65_535,
    dark: { at: '2026-11-22T07:00:00.000Z', until: '2026-11-22T15:00:00.000Z', counts: dark },
    white: { at: '2026-11-22T07:00:30.000Z', until: '2026-11-22T15:00:00.000Z', counts: white },
    scans: [scan(0), scan(3), scan(-2)],
    at: '2026-11-22T08:00:00.000Z',
    calibration: { id: 'https://example.org/calibration/17', until: '2027-06-01T00:00:00.000Z' },
    temperaturesMilliC: [31_000, 30_000, 30_000],
    ...change,
  }
}
