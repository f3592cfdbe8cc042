import type { TimeInterval } from '@tristamp/protocol'
import { describe, expect, it } from 'vitest'
import { KITCHEN, sampleVerdicts } from './_sample-verdicts.ts'
import { journeyOf } from './journey.ts'
import { recordOf } from './record.ts'
import { type TimeDoubt, timeDoubtOf } from './time-doubt.ts'
import { vouchesOf } from './vouch.ts'

const T = Date.parse('2026-11-20T08:00:00.000Z')
const verdict = sampleVerdicts.consistent()

function doubtOf(time: Partial<TimeInterval>, source: 'gnss' | 'rtc' | 'none' = 'none'): TimeDoubt | undefined {
  const proven = structuredClone(verdict.events[0]!)
  proven.event['tristamp:clock'].source = source
  proven.time = { from: 'ledger', contradicted: false, ...time }
  return timeDoubtOf(proven)
}

describe('timeDoubtOf', () => {
  it('is silent about a good clock', () => {
    expect(timeDoubtOf(verdict.events[0]!)).toBeUndefined()
  })

  it.each<[string, TimeDoubt | undefined, TimeDoubt]>([
    [
      'an anchor',
      doubtOf({ earliestMs: T - 400, latestMs: T + 401, from: 'anchor' }),
      { kind: 'placed', withinMs: 401 },
    ],
    [
      'the ledger on both sides',
      doubtOf({ earliestMs: T, latestMs: T + 9 }),
      { kind: 'between', fromMs: T, toMs: T + 9 },
    ],
    ['a seal alone', doubtOf({ latestMs: T }), { kind: 'before', toMs: T }],
    [
      'a battery clock',
      doubtOf({ earliestMs: T - 120_000, latestMs: T + 120_000, from: 'own clock' }, 'rtc'),
      { kind: 'loose', withinMs: 120_000 },
    ],
    [
      'a seal against a good clock',
      doubtOf({ latestMs: T, contradicted: true }, 'gnss'),
      { kind: 'contradicted', toMs: T },
    ],
    [
      'anchors against each other',
      doubtOf({ earliestMs: T, latestMs: T + 9, from: 'anchor', contradicted: true }),
      { kind: 'contradicted' },
    ],
  ])('tells %s', (_, doubt, expected) => {
    expect(doubt).toEqual(expected)
  })
})

describe('a record placed by an anchor', () => {
  const changed = structuredClone(verdict)
  for (const proven of changed.events.filter(({ signer }) => signer.station === KITCHEN)) {
    const ms = Date.parse(proven.event.eventTime)
    proven.event['tristamp:clock'] = {
      ...proven.event['tristamp:clock'],
      source: 'none',
      uncertaintyMs: 31_536_000_000,
    }
    proven.event.eventTime = '1970-01-01T00:00:07.000Z'
    proven.time = { earliestMs: ms - 500, latestMs: ms + 500, from: 'anchor', contradicted: false }
  }

  it('stands where it was placed, with its stamp checked and the doubt said', () => {
    const [before, after] = [journeyOf(verdict), journeyOf(changed)]
    expect(after.records.map(({ at }) => at.ms)).toEqual(before.records.map(({ at }) => at.ms))
    const last = after.stops.at(-1)!
    expect(last).toMatchObject({ timeDoubt: { kind: 'placed', withinMs: 500 }, stamps: { time: 'checked' } })
    expect(vouchesOf(after).find(({ kind }) => kind === 'time')).toMatchObject({ without: 0, doubtMs: 500 })
  })

  it('is not checked where its times contradict each other', () => {
    const proven = { ...verdict.events[0]!, time: { latestMs: T, from: 'ledger' as const, contradicted: true } }
    const record = recordOf(proven, 1, new Set())
    expect(record.stamps.time).toBe('unchecked')
    expect(record.at.ms).toBe(Date.parse(proven.event.eventTime))
  })
})
