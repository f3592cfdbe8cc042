import type { EpcisEvent } from '@tristamp/protocol'
import { describe, expect, it } from 'vitest'
import { clip, measuredMs, type Reading, readingsOf, trackOf } from './temperature.ts'

const MINUTE = 60_000

const series = (fromMs: number, milli: (number | null)[], everyMs = 10 * MINUTE, device = 'a'): Reading => {
  const points = milli.flatMap((m, i) => (m === null ? [] : [{ ms: fromMs + i * everyMs, milli: m }]))
  const read = points.map((p) => p.milli)
  return {
    fromMs,
    toMs: fromMs + milli.length * everyMs,
    device,
    everyMs,
    points,
    minMilli: Math.min(...read),
    maxMilli: Math.max(...read),
    lastMilli: read.at(-1)!,
  }
}

describe('readingsOf', () => {
  const event = (element: object): EpcisEvent =>
    ({
      type: 'ObjectEvent',
      action: 'OBSERVE',
      eventTime: '2026-11-21T00:20:00.000Z',
      eventTimeZoneOffset: '+08:00',
      sensorElementList: [element],
    }) as EpcisEvent

  it('reads extremes and series in milli-degrees', () => {
    const [reading] = readingsOf(
      event({
        sensorMetadata: {
          startTime: '2026-11-21T00:00:00.000Z',
          endTime: '2026-11-21T00:20:00.000Z',
          deviceID: 'urn:d',
        },
        sensorReport: [{ type: 'Temperature', minValue: 1.234, maxValue: 2.5, value: 2, uom: 'CEL' }],
        'tristamp:series': { everyMs: 600_000, milli: [1234, null] },
      }),
    )
    const fromMs = Date.parse('2026-11-21T00:00:00Z')
    expect(reading).toEqual({
      fromMs,
      toMs: fromMs + 20 * MINUTE,
      device: 'urn:d',
      everyMs: 600_000,
      points: [{ ms: fromMs, milli: 1234 }],
      minMilli: 1234,
      maxMilli: 2500,
      lastMilli: 2000,
    })
  })

  it('has nothing from a thermometer that gave no value, and ignores what is no temperature', () => {
    expect(readingsOf(event({ sensorReport: [{ type: 'Temperature', exception: 'ERROR_CONDITION' }] }))).toEqual([])
    expect(readingsOf(event({ sensorReport: [{ type: 'RelativeHumidity', value: 80, uom: 'P1' }] }))).toEqual([])
  })
})

describe('clip', () => {
  it('keeps a reading that lies within', () => {
    const reading = series(0, [1000, 2000])
    expect(clip(reading, { fromMs: -MINUTE, toMs: 60 * MINUTE })).toEqual(reading)
  })

  it('drops the extremes of an interval that began before the goods came, and keeps its points and last value', () => {
    const reading = series(0, [9000, 8000, 2000])
    expect(clip(reading, { fromMs: 20 * MINUTE, toMs: 90 * MINUTE })).toEqual({
      device: 'a',
      everyMs: 10 * MINUTE,
      fromMs: 20 * MINUTE,
      toMs: 30 * MINUTE,
      points: [
        { ms: 20 * MINUTE, milli: 2000 },
        { ms: 30 * MINUTE, milli: 2000 },
      ],
    })
  })

  it('has nothing of another time', () => {
    expect(clip(series(0, [1000]), { fromMs: 60 * MINUTE, toMs: 90 * MINUTE })).toBeUndefined()
  })
})

describe('trackOf', () => {
  it('shows a gap where readings are missing, and breaks the line there', () => {
    const track = trackOf([series(0, [1000, 1500, null, null, 2000])])
    expect(track?.gaps).toEqual([{ fromMs: 20 * MINUTE, toMs: 40 * MINUTE }])
    expect(track?.lines.map((line) => line.length)).toEqual([2, 1])
    expect(track && measuredMs(track)).toBe(30 * MINUTE)
  })

  it('does not call the pace of an instrument a gap', () => {
    expect(trackOf([series(0, [1000, 1500], 30 * MINUTE), series(60 * MINUTE, [1000], 30 * MINUTE)])?.gaps).toEqual([])
  })

  it('counts an interval of extremes without points as measured', () => {
    const band: Reading = {
      fromMs: 0,
      toMs: 60 * MINUTE,
      device: 'a',
      everyMs: 0,
      points: [],
      minMilli: 900,
      maxMilli: 3100,
    }
    expect(trackOf([band, { ...band, fromMs: 60 * MINUTE, toMs: 90 * MINUTE }])).toMatchObject({
      minMilli: 900,
      maxMilli: 3100,
      gaps: [],
    })
  })

  it('draws extremes as a band only where the series does not show them', () => {
    const reading = series(0, [1000, 1500])
    expect(trackOf([reading])?.bands).toEqual([])
    const peak = { ...reading, maxMilli: 7000 }
    expect(trackOf([peak])).toMatchObject({ maxMilli: 7000, bands: [{ minMilli: 1000, maxMilli: 7000 }] })
  })

  it('keeps two instruments apart', () => {
    const track = trackOf([series(0, [1000, 1100]), series(0, [3000, 3100], 10 * MINUTE, 'b')])
    expect(track).toMatchObject({ devices: 2, minMilli: 1000, maxMilli: 3100 })
    expect(track?.lines).toHaveLength(2)
  })

  it('is nothing without readings', () => {
    expect(trackOf([])).toBeUndefined()
  })

  it('draws readings of a moment alone, without an interval or a series', () => {
    const at = (ms: number, milli: number): Reading => ({
      ...{ fromMs: ms, toMs: ms, device: 'a', everyMs: 0, points: [] },
      ...{ minMilli: milli, maxMilli: milli, lastMilli: milli },
    })
    const track = trackOf([at(0, 2000), at(60 * MINUTE, 3000)])
    expect(track?.lines).toEqual([[{ ms: 0, milli: 2000 }], [{ ms: 60 * MINUTE, milli: 3000 }]])
    expect(track?.gaps).toHaveLength(1)
  })
})
