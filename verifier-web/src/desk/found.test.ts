import type { Finding, ProvenEvent, Verdict } from '@tristamp/protocol'
import { expect, it } from 'vitest'
import { foundIn, recordsOf } from './found.ts'

const verdict = (...findings: Finding[]): Verdict => ({ findings }) as unknown as Verdict
const events = [
  { entry: 1, position: 0 },
  { entry: 2, position: 0 },
]
const short = (subject: string, received: number): Finding => ({
  ...{ code: 'HANDOVER_QUANTITY', severity: 'warning', subject, events },
  detail: { shipped: 1000, received },
})
const outside = (subject: string): Finding => ({
  ...{ code: 'OUTSIDE_REGION', severity: 'warning', subject, events: events.slice(0, 1) },
  detail: { latE7: 1, lonE7: 2 },
})

it('tells what several histories show once, and of two lots in one load each', () => {
  const found = foundIn(
    [verdict(short('A', 900), outside('lot')), verdict(short('B', 800), outside('item')), verdict(short('A', 900))],
    [],
  )
  expect(found.map(({ code, subject }) => `${code} ${subject}`)).toEqual([
    'HANDOVER_QUANTITY A',
    'OUTSIDE_REGION lot',
    'HANDOVER_QUANTITY B',
  ])
})

it('tells a likely copy once, and not where a rule has found it', () => {
  const copied = (device: string): Finding => ({
    ...{
      code: 'SERIES_COPIED',
      severity: 'warning',
      subject: device,
      events,
      detail: { points: 90, device, other: 'A' },
    },
  })
  expect(foundIn([verdict()], [], [copied('B')])).toMatchObject([{ code: 'SERIES_COPIED', subject: 'B' }])
  const turned = { ...copied('C'), events: [...events].reverse() }
  expect(foundIn([verdict(copied('B'))], [], [turned]).map(({ subject }) => subject)).toEqual(['B'])
})

it('has all records once, in the order of time', () => {
  const one = (entry: number, eventTime: string): ProvenEvent =>
    ({ entry, position: 0, event: { eventTime } }) as unknown as ProvenEvent
  const [first, second, third] = [
    one(9, '2026-01-01T00:00:00Z'),
    one(1, '2026-01-02T00:00:00Z'),
    one(2, '2026-01-02T00:00:00Z'),
  ]
  const of = (...all: ProvenEvent[]): Verdict => ({ events: all }) as unknown as Verdict
  expect(recordsOf([of(third, first), of(second, first)])).toEqual([first, second, third])
})
