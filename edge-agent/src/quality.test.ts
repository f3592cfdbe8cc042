import { checkQuality, type EpcisEvent, type SensorElement } from '@tristamp/protocol'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Moment } from './clock.ts'
import { type QualityStamp, qualityStamp } from './quality.ts'
import { Readings } from './readings.ts'

const URI = 'https://id.gs1.org/8004/9506000134-FARM1-cold1'
const MINUTE = 60_000

const at = (minutes: number): Moment => ({
  ms: 1_000_000_000_000 + minutes * MINUTE,
  source: 'gnss',
  uncertaintyMs: 200,
  bootId: 'b',
  monotonicMs: minutes * MINUTE,
})

/** Readings of one value a minute; null is a poll without answer, undefined is no poll at all. */
function readingsOf(...values: (number | null | undefined)[]): Readings {
  const readings = new Readings(MINUTE, (moment) => moment.ms)
  for (const [i, milli] of values.entries()) {
    if (milli === undefined) continue
    const quantities = milli === null ? [] : [{ type: 'Temperature', milli, uom: 'CEL' }]
    readings.add({ moment: at(i), quantities })
  }
  return readings
}

function element(stamp: QualityStamp): SensorElement {
  checkQuality(stamp as EpcisEvent)
  return stamp.sensorElementList![0]!
}

describe('qualityStamp', () => {
  it('says that there is no instrument', () => {
    expect(qualityStamp(undefined, 0, at(0))).toEqual({ 'tristamp:quality': 'none' })
  })

  it('names the calibration that somebody has entered, and none otherwise', () => {
    const calibration = { id: 'certificate 17', until: '2027-06-01T00:00:00.000Z' }
    const stamp = (more: object): SensorElement =>
      element(qualityStamp({ uri: URI, readings: readingsOf(1000), ...more }, at(0).ms, at(1)))
    expect(stamp({ calibration })['tristamp:calibration']).toEqual(calibration)
    expect(stamp({})).not.toHaveProperty('tristamp:calibration')
  })

  it('gives extremes, mean, last value and the series of the interval', () => {
    const readings = readingsOf(9000, 1000, 2000, 3001, 2500)
    const {
      sensorMetadata,
      sensorReport,
      'tristamp:series': series,
    } = element(qualityStamp({ uri: URI, readings }, at(1).ms, at(4)))
    expect(sensorMetadata).toEqual({
      startTime: '2001-09-09T01:47:40.000Z',
      endTime: '2001-09-09T01:50:40.000Z',
      deviceID: URI,
    })
    // The reading of minute 0 held until minute 1, where the interval begins.
    expect(sensorReport).toEqual([
      { type: 'Temperature', value: 2.5, minValue: 1, maxValue: 9, meanValue: 3.5, uom: 'CEL' },
    ])
    expect(series).toEqual({ everyMs: 2000, milli: expect.any(Array) as unknown })
    expect(series?.milli).toHaveLength(91)
    expect(series?.milli.includes(null)).toBe(false)
  })

  it('takes the reading that holds now for goods that are new here', () => {
    const stamp = element(qualityStamp({ uri: URI, readings: readingsOf(1000, 2000) }, at(1.5).ms, at(1.5)))
    expect(stamp.sensorReport).toEqual([
      { type: 'Temperature', value: 2, minValue: 2, maxValue: 2, meanValue: 2, uom: 'CEL' },
    ])
    expect(stamp['tristamp:series']).toBeUndefined()
  })

  it('raises the alarm when the limits were broken for a moment', () => {
    const limits = { minMilliC: 0, maxMilliC: 4000 }
    const report = (...values: number[]) =>
      element(qualityStamp({ uri: URI, readings: readingsOf(...values), limits }, at(0).ms, at(values.length - 1)))
        .sensorReport[0]
    expect(report(1000, 4000, 1000)).not.toHaveProperty('exception')
    expect(report(1000, 4001, 1000)).toHaveProperty('exception', 'ALARM_CONDITION')
    expect(report(1000, -1, 1000)).toHaveProperty('exception', 'ALARM_CONDITION')
  })

  it('shows gaps: failed polls, and polls that never were', () => {
    const readings = readingsOf(
      1000,
      1000,
      null,
      null,
      1000,
      ...Array.from({ length: 10 }, () => undefined),
      1000,
      1000,
    )
    const series = element(qualityStamp({ uri: URI, readings }, at(0).ms, at(16)))['tristamp:series']!
    const perMinute = series.milli.filter((_, i) => (i * series.everyMs) % MINUTE === 30_000)
    expect(perMinute).toEqual([1000, 1000, null, null, 1000, ...Array.from({ length: 10 }, () => null), 1000])
  })

  it('shows a silence as no shorter than it was, and less than two steps longer', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 300 }),
        fc.integer({ min: 3, max: 300 }),
        fc.integer({ min: 0, max: 300 }),
        fc.integer({ min: 0, max: MINUTE - 1 }),
        fc.integer({ min: 0, max: MINUTE - 1 }),
        (before, silent, after, startsMs, endsMs) => {
          const fast = Array.from({ length: before + 1 }, () => 1000)
          const readings = readingsOf(
            ...fast,
            ...Array.from({ length: silent }, () => undefined),
            ...Array.from({ length: after + 1 }, () => 2000),
          )
          const fromMs = at(0).ms + startsMs
          const to = before + silent + after + 1 + endsMs / MINUTE
          const series = element(qualityStamp({ uri: URI, readings }, fromMs, at(to)))['tristamp:series']!
          // The last value before it holds for its own minute.
          const silenceMs = at(before + silent + 1).ms - Math.max(at(before + 1).ms, fromMs)
          const nullMs = series.milli.filter((value) => value === null).length * series.everyMs
          expect(nullMs).toBeGreaterThanOrEqual(silenceMs)
          expect(nullMs).toBeLessThan(silenceMs + 2 * series.everyMs)
        },
      ),
    )
  })

  it('shows no gap where polls are only a little early or late', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: -MINUTE / 2 + 1, max: MINUTE / 2 - 1 }), { minLength: 5, maxLength: 300 }),
        (late) => {
          const readings = new Readings(MINUTE, (moment) => moment.ms)
          for (const [i, ms] of late.entries())
            readings.add({
              moment: at(i + ms / MINUTE),
              quantities: [{ type: 'Temperature', milli: 1000, uom: 'CEL' }],
            })
          const stamp = element(qualityStamp({ uri: URI, readings }, at(1).ms, at(late.length)))
          expect(stamp['tristamp:series']?.milli).not.toContain(null)
        },
      ),
    )
  })

  it('names a thermometer that gave nothing', () => {
    for (const readings of [
      readingsOf(),
      readingsOf(null, null),
      readingsOf(1000, ...Array.from({ length: 20 }, () => undefined)),
    ]) {
      expect(element(qualityStamp({ uri: URI, readings }, at(10).ms, at(21))).sensorReport).toEqual([
        { type: 'Temperature', exception: 'ERROR_CONDITION' },
      ])
    }
  })

  it('is valid for any curve and any interval, however long', () => {
    const value = fc.option(fc.integer({ min: -40_000, max: 60_000 }))
    fc.assert(
      fc.property(
        fc.array(value, { maxLength: 200 }),
        fc.integer({ min: -500_000, max: 250 }),
        fc.integer({ min: 0, max: 250 }),
        (values, from, to) => {
          element(qualityStamp({ uri: URI, readings: readingsOf(...values) }, at(from).ms, at(to)))
        },
      ),
    )
  })

  it('keeps extremes and mean when old samples are merged, in bounded memory', () => {
    const values = Array.from({ length: 10_000 }, (_, i) => (i === 17 ? 9999 : 1000 + (i % 3)))
    const [report] = element(
      qualityStamp({ uri: URI, readings: readingsOf(...values) }, at(0).ms, at(9_999)),
    ).sensorReport
    expect(report).toMatchObject({ minValue: 1, maxValue: 9.999 })
    expect(report?.meanValue).toBeCloseTo(1.002, 3)
  })

  it('keeps what failed a check out of every figure, and counts it', () => {
    const readings = new Readings(MINUTE, (moment) => moment.ms)
    const add = (minute: number, milli: number, flaw: object = {}): void => {
      const quantity = { type: 'Temperature', milli, uom: 'CEL', correctionMilli: -500, ...flaw }
      readings.add({ moment: at(minute), quantities: [quantity] })
    }
    add(0, 2000)
    add(1, 40_000, { flag: 'suspect', why: 'spike' })
    add(2, 5000)
    add(3, 3000)
    readings.add({ moment: at(4), quantities: [], unused: { flag: 'missing', why: 'silent' } })
    const limits = { minMilliC: 0, maxMilliC: 4000 }
    const stamp = element(qualityStamp({ uri: URI, readings, limits }, at(0).ms, at(4.5)))
    expect(stamp.sensorReport).toMatchObject([
      { type: 'Temperature', minValue: 2, maxValue: 5, meanValue: 3.333, exception: 'ALARM_CONDITION' },
    ])
    expect(stamp['tristamp:summary']).toEqual({
      Temperature: {
        ok: 3,
        suspect: 1,
        missing: 1,
        why: ['spike', 'silent'],
        // From the spike to the next good one, and from one period after the last good one.
        gapMs: 90_000,
        aboveMs: 60_000,
        belowMs: 0,
        correctionMilli: -500,
      },
    })
  })

  it('says of an instrument that gave nothing usable that it gave none', () => {
    const readings = new Readings(MINUTE, (moment) => moment.ms)
    const quantity = { type: 'Temperature', milli: 85_000, uom: 'CEL', flag: 'bad', why: 'sentinel' } as const
    readings.add({ moment: at(0), quantities: [quantity] })
    const stamp = element(qualityStamp({ uri: URI, readings }, at(0).ms, at(1)))
    expect(stamp.sensorReport).toEqual([{ type: 'Temperature', exception: 'ERROR_CONDITION' }])
    expect(stamp['tristamp:summary']).toEqual({ Temperature: { ok: 0, bad: 1, why: ['sentinel'], gapMs: MINUTE } })
  })

  it('bounds its memory, also for an instrument that is dead for years or answers every other time', () => {
    const dead = new Readings(MINUTE, (moment) => moment.ms)
    const moody = new Readings(MINUTE, (moment) => moment.ms)
    for (let i = 0; i < 20_000; i++) {
      dead.add({ moment: at(i * 1.01), quantities: [], unused: { flag: 'missing', why: 'silent' } })
      const quantities = i % 2 ? [{ type: 'Temperature', milli: i, uom: 'CEL' }] : []
      moody.add({ moment: at(i), quantities })
    }
    expect(dead.flaws('Temperature', 0, at(1e6).ms).missing).toBe(20_000)
    expect(moody.spans('Temperature', 0, at(1e6).ms, at(20_000)).length).toBeLessThanOrEqual(2880)
  })
})
