import type { Finding, Verdict } from '@tristamp/protocol'
import { expect, it } from 'vitest'
import { foundIn } from './found.ts'

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
