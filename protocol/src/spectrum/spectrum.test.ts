import fc from 'fast-check'
import { describe, expect, it, test } from 'vitest'
import { sampleObjectEvent } from '../_events.ts'
import { utf8 } from '../bytes.ts'
import { canonicalJson, type Json } from '../canonical-json.ts'
import { ProtocolError } from '../error.ts'
import { parseEvent } from '../event/parse.ts'
import type { SensorElement } from '../event/types.ts'
import { evidenceId } from '../evidence.ts'
import { evidenceUri } from '../evidence-uri.ts'
import { axis, DEVICE, measured, model, POINTS } from './_sample.ts'
import { log10, toMilli } from './arithmetic.ts'
import { encodeModel, parseModel } from './model.ts'
import { testReport } from './recorded-test.ts'
import { recordedTest, rerunTest } from './rerun-test.ts'
import { runTest } from './run-test.ts'
import { encodeSpectrum, parseSpectrum, type Spectrum } from './spectrum.ts'
import { reflectance, treat, treatSignal } from './treat.ts'

describe('arithmetic', () => {
  it('has a logarithm that is right to the last bits, and exact at powers of two', () => {
    fc.assert(
      fc.property(fc.double({ min: 1e-6, max: 1e6, noNaN: true }), (x) => {
        expect(Math.abs(log10(x) - Math.log10(x))).toBeLessThanOrEqual(4e-15 * Math.max(1, Math.abs(Math.log10(x))))
      }),
    )
    expect(log10(1)).toBe(0)
    expect(log10(4)).toBe(2 * log10(2))
  })

  it('gives the same bits for ever', () => {
    // Frozen: another value here would make recorded tests differ.
    expect([0.0001, 0.3, 0.7, 3, 65_535].map(log10)).toEqual([
      -3.999999999999999, -0.5228787452803375, -0.15490195998574316, 0.4771212547196623, 4.816473303765249,
    ])
  })

  it('rounds halves upward and bounds what is beyond all limits', () => {
    expect([0.0005, -0.0005, 1.2345, -1e300, 1e300].map(toMilli)).toEqual([
      1, 0, 1235, -999_999_999_999, 999_999_999_999,
    ])
  })
})

describe('treatment', () => {
  it('makes reflectance of counts', () => {
    expect(reflectance([150, 60], [50, 50], [250, 100])).toEqual([0.5, 0.2])
  })

  it('bins, standardises and differentiates in this order', () => {
    const line = Array.from({ length: 12 }, (_, i) => 3 * i)
    expect(treatSignal(line, { bin: 1, snv: false, derivative: true })).toEqual(Array.from({ length: 8 }, () => 3))
    expect(treatSignal([1, 3, 5, 7, 9], { bin: 2, snv: false, derivative: false })).toEqual([2, 6])
    const scaled = treatSignal([1, 2, 3], { bin: 1, snv: true, derivative: false })
    expect(scaled).toEqual([-1, 0, 1])
    expect(treatSignal([2, 2, 2], { bin: 1, snv: true, derivative: false })).toEqual([0, 0, 0])
  })

  it('takes what reflects nothing, or less, for black', () => {
    const [a, b] = treat([0, -0.5], { signal: 'absorbance', bin: 1, snv: false, derivative: false })
    expect(a).toBeCloseTo(4, 12)
    expect(b).toBe(a)
  })
})

describe('a test', () => {
  it('gives the same integers for ever', () => {
    expect(runTest(measured(), model)).toMatchInlineSnapshot(`
      {
        "hMilli": 0,
        "limitMilli": 11070,
        "qMilli": 0,
        "scoreMilli": 0,
        "verdict": "consistent",
      }
    `)
    expect(runTest(measured(0.08), model)).toMatchInlineSnapshot(`
      {
        "hMilli": 133,
        "limitMilli": 11070,
        "qMilli": 96623,
        "scoreMilli": 96757,
        "verdict": "suspicious",
      }
    `)
  })

  it('does not depend on how bright the lamp is', () => {
    fc.assert(
      fc.property(fc.integer({ min: 2, max: 40 }), (factor) => {
        const spectrum = measured(0.03)
        const brighter = (counts: number[]): number[] => counts.map((count) => count * factor)
        const scaled = {
          ...spectrum,
          full: 2 ** 32,
          dark: { ...spectrum.dark!, counts: brighter(spectrum.dark!.counts) },
          white: { ...spectrum.white!, counts: brighter(spectrum.white!.counts) },
          scans: spectrum.scans.map(brighter),
        }
        const [a, b] = [runTest(spectrum, model), runTest(scaled, model)]
        expect(b.verdict).toBe(a.verdict)
        if (a.verdict !== 'inconclusive' && b.verdict !== 'inconclusive')
          expect(Math.abs(a.scoreMilli - b.scoreMilli)).toBeLessThanOrEqual(1)
      }),
    )
  })

  it('asks the other class as well, where the model knows one', () => {
    const classes = { coefficients: Array.from({ length: POINTS }, () => 0), intercept: 0.4, limitMilli: 500 }
    const result = runTest(measured(), { ...model, classes })
    expect(result).toMatchObject({ verdict: 'suspicious', classMilli: 400, classLimitMilli: 500 })
    expect(runTest(measured(), { ...model, classes: { ...classes, intercept: 0.5 } }).verdict).toBe('consistent')
  })

  const { calibration, dark, white, ...rest } = measured()
  test.each<[string, Spectrum]>([
    ['INSTRUMENT_DIFFERS', measured(0, { instrument: { kind: 'spectrum-json' } })],
    ['SETTINGS_DIFFER', measured(0, { settings: { gain: 3, integrationUs: 166_800 } })],
    ['SETTINGS_DIFFER', measured(0, { settings: { gain: 2, integrationUs: 100_000 } })],
    ['SETTINGS_DIFFER', measured(0, { settings: { gain: 2 } })],
    ['SETTINGS_DIFFER', measured(0, { settings: { gain: 2, integrationUs: 166_800, lamp: 1 } })],
    ['AXIS_DIFFERS', measured(0, { axis: { ...axis, milli: axis.milli.map((point) => point + 1) } })],
    ['MODEL_EXPIRED', measured(0, { at: '2027-01-01T00:00:00.001Z' })],
    ['CALIBRATION_UNKNOWN', { ...rest, dark: dark!, white: white! }],
    ['CALIBRATION_EXPIRED', measured(0, { calibration: { ...calibration!, until: '2026-11-22T07:59:59.999Z' } })],
    ['REFERENCE_MISSING', { ...rest, calibration: calibration!, white: white! }],
    ['REFERENCE_MISSING', { ...rest, calibration: calibration!, dark: dark! }],
    ['REFERENCE_EXPIRED', measured(0, { at: '2026-11-22T15:00:00.001Z' })],
    ['REFERENCE_EXPIRED', measured(0, { at: '2026-11-22T06:59:00.000Z' })],
    ['SCANS_FEW', measured(0, { scans: measured().scans.slice(0, 1) })],
    ['SATURATED', measured(0, { scans: measured().scans.map((scan) => scan.with(3, 65_535)) })],
    ['SATURATED', measured(0, { white: { ...white!, counts: white!.counts.with(0, 65_535) } })],
    ['REFERENCE_WEAK', measured(0, { white: { ...white!, counts: white!.counts.with(0, dark!.counts[0]! + 999) } })],
    ['SCANS_DIFFER', measured(0, { scans: measured().scans.map((scan, s) => scan.map((c) => c + s * 2000)) })],
  ])('never passes when it was not measured as it must be: %s', (code, spectrum) => {
    expect(runTest(spectrum, model)).toEqual({ verdict: 'inconclusive', code })
  })
})

describe('evidence of a test', () => {
  it('is read back as it was written', () => {
    expect(parseSpectrum(encodeSpectrum(measured()))).toEqual(measured())
    expect(parseModel(encodeModel(model))).toEqual(model)
  })

  it.each<[string, object]>([
    ['another type', { ...measured(), type: 'x' }],
    ['an unknown member', { ...measured(), more: 1 }],
    ['fewer points in a scan', measured(0, { scans: [[1, 2, 3]] })],
    ['counts that are no integers', measured(0, { scans: [measured().scans[0]!.map((count) => count + 0.5)] })],
    ['negative counts', measured(0, { scans: [measured().scans[0]!.map((count) => -count)] })],
    ['an axis that goes back', measured(0, { axis: { unit: 'nm', milli: axis.milli.toReversed() } })],
    ['no scans', measured(0, { scans: [] })],
    ['a local time', measured(0, { at: '2026-11-22T08:00:00.000+08:00' })],
    ['a prototype', JSON.parse('{"type":"TristampSpectrum","constructor":{}}') as object],
  ])('is refused with one code: %s', (_, value) => {
    const bytes = utf8(canonicalJson(value as Json))
    expect(() => parseSpectrum(bytes)).toThrow(expect.objectContaining({ code: 'SPECTRUM_MALFORMED' }) as Error)
  })

  it('of any bytes is read or refused, never more', () => {
    fc.assert(
      fc.property(fc.oneof(fc.uint8Array(), fc.json().map(utf8)), (bytes) => {
        for (const parse of [parseSpectrum, parseModel]) {
          try {
            parse(bytes)
            expect.unreachable()
          } catch (error) {
            expect(error).toBeInstanceOf(ProtocolError)
          }
        }
      }),
    )
  })
})

describe('a recorded test', () => {
  const spectrumBytes = encodeSpectrum(measured())
  const modelBytes = encodeModel(model)
  const held = new Map([spectrumBytes, modelBytes].map((bytes) => [evidenceId(bytes), bytes]))
  const result = runTest(measured(), model)
  const element: SensorElement = {
    sensorMetadata: {
      deviceID: DEVICE,
      startTime: '2026-11-22T07:59:00.000Z',
      endTime: '2026-11-22T08:00:30.000Z',
      rawData: evidenceUri(evidenceId(spectrumBytes)),
    },
    sensorReport: [testReport(result)],
    'tristamp:spectrum': recordedTest(result, evidenceUri(evidenceId(modelBytes)), measured().calibration),
  }
  const event = (changed: SensorElement): Uint8Array => {
    const { 'tristamp:quality': _, ...sample } = sampleObjectEvent({ sensorElementList: [changed] })
    return utf8(canonicalJson(sample as unknown as Json))
  }

  it('is part of an event, and agrees when it is run again', () => {
    expect(parseEvent(event(element)).sensorElementList).toEqual([element])
    expect(rerunTest(element, (id) => held.get(id))).toEqual({ state: 'agrees', result })
  })

  it('is not run without its evidence', () => {
    expect(rerunTest(element, () => undefined)).toEqual({ state: 'missing', ids: [...held.keys()] })
  })

  it('differs when anything of it was changed', () => {
    const test = element['tristamp:spectrum']!
    const other = encodeSpectrum(measured(0.08))
    const otherId = evidenceId(other)
    const lookup = (id: string): Uint8Array | undefined => (id === otherId ? other : held.get(id))
    const cases: SensorElement[] = [
      { ...element, 'tristamp:spectrum': { ...test, scoreMilli: 1 } as typeof test },
      { ...element, sensorMetadata: { ...element.sensorMetadata!, rawData: evidenceUri(otherId) } },
      { ...element, sensorMetadata: { ...element.sensorMetadata!, deviceID: `${DEVICE}0` } },
      { ...element, sensorMetadata: { ...element.sensorMetadata!, endTime: '2026-11-22T07:59:30.000Z' } },
      { ...element, 'tristamp:spectrum': { ...test, calibration: { id: 'x', until: test.calibration!.until } } },
    ]
    for (const changed of cases) expect(rerunTest(changed, lookup).state).toBe('differs')
    for (const bytes of [spectrumBytes, modelBytes]) {
      const altered = bytes.slice()
      altered[bytes.length - 3]! ^= 1
      const ids = new Map(held).set(evidenceId(bytes), altered)
      expect(rerunTest(element, (id) => ids.get(id)).state).toBe('differs')
    }
  })

  it.each<[string, (good: SensorElement) => unknown]>([
    ['a verdict that its scores do not give', (good) => ({ ...good['tristamp:spectrum'], verdict: 'suspicious' })],
    ['a score beyond the limit', (good) => ({ ...good['tristamp:spectrum'], scoreMilli: 99_999 })],
    ['no calibration', ({ 'tristamp:spectrum': test }) => ({ ...test, calibration: undefined })],
    ['a code beside a score', (good) => ({ ...good['tristamp:spectrum'], code: 'SATURATED' })],
    [
      'an unknown code',
      ({ 'tristamp:spectrum': test }) => ({ verdict: 'inconclusive', code: 'X', model: test!.model }),
    ],
    [
      'a model that is not named by digest',
      (good) => ({ ...good['tristamp:spectrum'], model: 'https://example.org/m' }),
    ],
    ['a member that is not known', (good) => ({ ...good['tristamp:spectrum'], more: 1 })],
    ['a report that says otherwise', (good) => ({ ...good['tristamp:spectrum'], scoreMilli: 3 })],
  ])('is refused with %s', (_, change) => {
    const changed = { ...element, 'tristamp:spectrum': change(element) } as SensorElement
    const text = JSON.parse(JSON.stringify(changed)) as SensorElement
    expect(() => parseEvent(event(text))).toThrow(expect.objectContaining({ code: 'EVENT_STAMP_QUALITY' }) as Error)
  })

  it('is refused without the name of its measurement, and with another report', () => {
    const { rawData: _, ...metadata } = element.sensorMetadata!
    for (const changed of [
      { ...element, sensorMetadata: metadata },
      { ...element, sensorReport: [{ type: 'Temperature', value: 3, uom: 'CEL' }] },
      { ...element, sensorReport: [...element.sensorReport, { type: 'Temperature', value: 3, uom: 'CEL' }] },
    ])
      expect(() => parseEvent(event(changed))).toThrow(
        expect.objectContaining({ code: 'EVENT_STAMP_QUALITY' }) as Error,
      )
  })
})
