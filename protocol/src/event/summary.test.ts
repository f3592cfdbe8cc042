import { describe, expect, it } from 'vitest'
import { refusal } from '../_refusal.ts'
import { checkQuality, readingsOf } from './quality.ts'
import type { EpcisEvent, SensorReport } from './types.ts'

const report: SensorReport = { type: 'Temperature', value: 2, minValue: 1, maxValue: 3, meanValue: 2, uom: 'CEL' }

function event(summary: unknown, reports: SensorReport[] = [report]): EpcisEvent {
  const element = {
    sensorMetadata: {
      deviceID: 'https://id.gs1.org/8004/9506000134-COLD1',
      startTime: '2026-11-22T07:30:00.000Z',
      endTime: '2026-11-22T08:00:00.000Z',
    },
    sensorReport: reports,
    'tristamp:summary': summary,
  }
  return { type: 'ObjectEvent', sensorElementList: [element] } as unknown as EpcisEvent
}

describe('tristamp:summary', () => {
  it.each([
    { Temperature: { ok: 30 } },
    { Temperature: { ok: 27, suspect: 2, missing: 1, why: ['spike', 'silent'], gapMs: 60_000 } },
    { Temperature: { ok: 30, aboveMs: 0, belowMs: 1_800_000, correctionMilli: -500 } },
    { Temperature: { ok: 1, correctionMilli: 'unknown' } },
  ])('is taken: %j', (summary) => {
    checkQuality(event(summary))
    expect(readingsOf(event(summary))[0]).toMatchObject({ summary: summary.Temperature })
  })

  it.each([
    [1],
    [{ Humidity: { ok: 1 } }],
    [{ Temperature: {} }],
    [{ Temperature: { ok: -1 } }],
    [{ Temperature: { ok: 1.5 } }],
    [{ Temperature: { ok: 1, suspect: 0, why: ['spike'] } }],
    [{ Temperature: { ok: 1, suspect: 1 } }],
    [{ Temperature: { ok: 1, why: ['spike'] } }],
    [{ Temperature: { ok: 1, bad: 1, why: [] } }],
    [{ Temperature: { ok: 1, bad: 1, why: ['tuesday'] } }],
    [{ Temperature: { ok: 1, bad: 2, why: ['spike', 'range'] } }],
    [{ Temperature: { ok: 1, bad: 2, why: ['range', 'range'] } }],
    [{ Temperature: { ok: 1, gapMs: -1 } }],
    [{ Temperature: { ok: 1, correctionMilli: 0.5 } }],
    [{ Temperature: { ok: 1, correctionMilli: 'no' } }],
    [{ Temperature: { ok: 1, good: 1 } }],
    [{ Temperature: { ok: 0, missing: 1, why: ['silent'] } }],
  ])('is refused: %j', (summary) => {
    expect(refusal(() => checkQuality(event(summary)))).toBe('EVENT_STAMP_QUALITY')
  })

  it('of a property without any reading stands beside a report without values', () => {
    const missing: SensorReport = { type: 'Temperature', exception: 'ERROR_CONDITION' }
    checkQuality(event({ Temperature: { ok: 0, missing: 3, why: ['silent'] } }, [missing]))
  })
})
