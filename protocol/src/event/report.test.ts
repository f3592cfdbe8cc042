import { describe, expect, it, test } from 'vitest'
import { BOOT, EVERY_REPORT, sampleReport } from '../_reports.ts'
import type { Json } from '../canonical-json.ts'
import { bootUri, recallAnswersUri, subjectsOf } from '../subject.ts'
import { encodeEvent, parseBatchEvent, parseEvent } from './parse.ts'
import { checkReport } from './report.ts'

const KEY = 'urn:ietf:params:oauth:ckt:sha-256:AAAA'
const json = (value: unknown): Json => value as Json
const gap = sampleReport({ kind: 'gap', from: 3, to: 9, reason: 'disk' })
const anchor = sampleReport({ kind: 'anchor' })

const answer = (change: object): object => {
  const event = EVERY_REPORT.find(({ report: { kind } }) => kind === 'recall-response')!
  return { ...event, report: { ...event.report, ...change } }
}

describe('a report', () => {
  it.each(EVERY_REPORT.map((event) => [event.report.kind, event] as const))('%s is read as written', (_, event) => {
    expect(parseBatchEvent(encodeEvent(event))).toEqual(event)
  })

  it('is no step of goods', () => {
    expect(() => parseEvent(encodeEvent(anchor))).toThrow('EVENT_SHAPE')
  })

  test.each<[string, unknown, string]>([
    ['an unknown kind', { ...anchor, report: { kind: 'boast' } }, 'EVENT_SHAPE'],
    ['a kind of Object’s own', { ...anchor, report: { kind: 'constructor' } }, 'EVENT_SHAPE'],
    ['no report', { ...anchor, report: 7 }, 'EVENT_SHAPE'],
    ['an unknown field of the report', { ...anchor, report: { kind: 'anchor', more: 1 } }, 'EVENT_FIELD_UNKNOWN'],
    ['a field of another kind', { ...gap, report: { ...gap.report, code: 'x' } }, 'EVENT_FIELD_UNKNOWN'],
    ['an unknown field of the event', { ...anchor, 'tristamp:geo': { source: 'none' } }, 'EVENT_FIELD_UNKNOWN'],
    ['a missing field', { ...gap, report: { kind: 'gap', from: 3, to: 9 } }, 'EVENT_FIELD_MISSING'],
    ['no clock', { ...anchor, 'tristamp:clock': undefined }, 'EVENT_FIELD_MISSING'],
    ['a gap of nothing', { ...gap, report: { ...gap.report, to: 3 } }, 'EVENT_FIELD_VALUE'],
    ['a gap of halves', { ...gap, report: { ...gap.report, from: 0.5 } }, 'EVENT_FIELD_VALUE'],
    ['a gap beyond integers', { ...gap, report: { ...gap.report, to: 2 ** 53 } }, 'EVENT_FIELD_VALUE'],
    ['a reason of one’s own', { ...gap, report: { ...gap.report, reason: 'dog' } }, 'EVENT_FIELD_VALUE'],
    ['a local time', { ...anchor, eventTime: '2026-11-22T10:00:00.000+08:00' }, 'EVENT_FIELD_VALUE'],
    [
      'an anchor without a clock that is set',
      sampleReport({ kind: 'anchor' }, { clock: { source: 'rtc' } }),
      'EVENT_STAMP_TIME',
    ],
    ['a place that is not asked for', { ...anchor, bizLocation: { id: 'https://a.example/' } }, 'EVENT_FIELD_UNKNOWN'],
    ['no place', { ...EVERY_REPORT[5], bizLocation: undefined }, 'EVENT_FIELD_MISSING'],
    [
      'a place with a day',
      { ...EVERY_REPORT[5], bizLocation: { id: 'https://a.example/#2026-11-22' } },
      'EVENT_FIELD_VALUE',
    ],
    [
      'a sentence for a code',
      { ...EVERY_REPORT[5], report: { kind: 'config', code: 'it broke' } },
      'EVENT_FIELD_VALUE',
    ],
    ['an answer of one’s own', answer({ state: 'eaten' }), 'EVENT_FIELD_VALUE'],
    ['an answer to no recall', answer({ recall: 'R1' }), 'EVENT_FIELD_VALUE'],
    ['less than nothing', answer({ quantity: { milli: -1 } }), 'EVENT_FIELD_VALUE'],
    ['half a thousandth', answer({ quantity: { milli: 0.5 } }), 'EVENT_FIELD_VALUE'],
    ['a unit that is a sentence', answer({ quantity: { milli: 1, uom: 'boxes' } }), 'EVENT_FIELD_VALUE'],
    ['goods of no name', answer({ goods: ['the red ones'] }), 'EVENT_FIELD_VALUE'],
    ['the same goods twice', answer({ goods: ['https://a.example/1', 'https://a.example/1'] }), 'EVENT_FIELD_VALUE'],
    ['no goods at all', answer({ goods: [] }), 'EVENT_FIELD_VALUE'],
    ['some of none', answer({ state: 'none', goods: undefined }), 'EVENT_FIELD_VALUE'],
  ])('with %s is refused', (_, event, code) => {
    expect(() => checkReport(json(JSON.parse(JSON.stringify(event))))).toThrow(code)
  })

  it('is about its key, its boot, the day of its place or the goods', () => {
    const subjects = EVERY_REPORT.map((event) => subjectsOf(event, KEY))
    const station = 'https://id.gs1.org/414/9506000134017#2026-11-22'
    const boot = bootUri(KEY, BOOT)
    expect(subjects).toEqual([
      [KEY],
      [boot],
      [boot],
      [station],
      [station],
      [station],
      ['https://id.gs1.org/01/09506000134352/21/HELD'],
      ['https://id.gs1.org/01/09506000134352/21/BLOCKED', recallAnswersUri('5f0c9d1e-8a51-4c39-9a58-2f6f6a1f0b11')],
      [station, recallAnswersUri('5f0c9d1e-8a51-4c39-9a58-2f6f6a1f0b11')],
    ])
    expect(boot).toBe(`${KEY}#boot-${BOOT}`)
  })
})
