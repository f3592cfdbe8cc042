// A food test for the samples: a made-up model of pork, a made-up measurement of it, and what running the one on the other gives.
import {
  encodeModel,
  encodeSpectrum,
  evidenceId,
  evidenceUri,
  type Model,
  recordedTest,
  runTest,
  type SensorElement,
  type Spectrum,
  testReport,
  treat,
} from '@tristamp/protocol'

const POINTS = 18
const axis = { unit: 'nm' as const, milli: Array.from({ length: POINTS }, (_, i) => 410_000 + 30_000 * i) }
const settings = { gain: 2, integrationUs: 166_800 }
const treatment = { signal: 'absorbance', bin: 1, snv: true, derivative: false } as const
const curve = axis.milli.map((_, i) => 0.2 + 0.5 * Math.sqrt((i + 1) / POINTS))

const model: Model = {
  ...{
    type: 'TristampSpectrumModel',
    version: 1,
    name: 'chilled pork',
    instrument: { kind: 'as7265x' },
    settings,
    axis,
  },
  ...{ scans: 2, spreadMilli: 20, span: 1000, treatment, mean: treat(curve, treatment) },
  ...{ loadings: [curve.map((_, i) => (i === 4 ? 0.6 : i === 9 ? 0.8 : 0))], variances: [0.01] },
  ...{ h0: 1, nh: 1, q0: 0.01, nq: 4, limitMilli: 11_070 },
  ...{ madeAt: '2026-01-01T00:00:00.000Z', until: '2027-01-01T00:00:00.000Z' },
  training: { samples: 60, alphaMilli: 50, method: 'by hand', sensitivity: { right: 57, of: 60 } },
}

const device = 'https://id.gs1.org/8004/9506000134SPEC1'
const until = '2026-11-20T12:00:00.000Z'
const dark = curve.map((_, i) => 40 + (i % 3))
const white = dark.map((count, i) => count + 20_000 + 100 * i)
const scan = (noise: number): number[] =>
  curve.map((share, i) => Math.round(dark[i]! + (20_000 + 100 * i) * share) + noise)

const spectrum: Spectrum = {
  ...{ type: 'TristampSpectrum', version: 1, device, instrument: { kind: 'as7265x' }, settings, axis, full: 65_535 },
  dark: { at: '2026-11-19T22:00:00.000Z', until, counts: dark },
  white: { at: '2026-11-19T22:00:30.000Z', until, counts: white },
  ...{ scans: [scan(0), scan(3), scan(-2)], at: '2026-11-19T22:08:00.000Z' },
  calibration: { id: 'https://example.org/calibration/17', until: '2027-06-01T00:00:00.000Z' },
}

const bytes = { model: encodeModel(model), spectrum: encodeSpectrum(spectrum) }

/** What a ledger would serve under /v1/evidence/. */
export const foodTestEvidence: ReadonlyMap<string, Uint8Array> = new Map(
  Object.values(bytes).map((one) => [evidenceId(one), one]),
)

/** The test as an event holds it. */
export function foodTestElement(): SensorElement {
  const result = runTest(spectrum, model)
  return {
    sensorMetadata: {
      deviceID: device,
      startTime: '2026-11-19T22:07:00.000Z',
      endTime: spectrum.at,
      rawData: evidenceUri(evidenceId(bytes.spectrum)),
    },
    sensorReport: [testReport(result)],
    'tristamp:spectrum': recordedTest(result, evidenceUri(evidenceId(bytes.model)), spectrum.calibration),
  }
}
