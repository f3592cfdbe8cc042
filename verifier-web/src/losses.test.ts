import type { ProvenReport, Verdict } from '@tristamp/protocol'
import { describe, expect, it } from 'vitest'
import { lossesOf, lossText } from './losses.ts'

const signer = { kid: 'aa', uri: 'urn:x', org: 'farm', gateway: 'gw1', station: 'urn:y', endedLater: false }
const other = { ...signer, kid: 'bb' }
const step = (entry: number, eventTime: string, by = signer): Verdict['events'][number] =>
  ({ entry, position: 0, event: { eventTime }, signer: by, subjects: [] }) as unknown as Verdict['events'][number]
const gap = (entry: number, events?: number): ProvenReport =>
  ({
    entry,
    position: 0,
    event: { eventTime: '2026-11-22T04:00:00.000Z', report: { kind: 'gap', from: 3, to: 5, reason: 'disk', events } },
    signer,
  }) as unknown as ProvenReport

const at = (ms: number): string => new Date(ms).toISOString().slice(11, 16)

describe('a declared loss', () => {
  it('lies between the gateway’s last record here and its declaration', () => {
    const events = [
      step(3, '2026-11-22T01:00:00.000Z'),
      step(4, '2026-11-22T02:00:00.000Z'),
      step(9, '2026-11-22T05:00:00.000Z'),
    ]
    const [loss] = lossesOf({ events: [...events, step(5, '2026-11-22T03:00:00.000Z', other)], reports: [gap(7, 12)] })
    expect(lossText(loss!, at)).toEqual(['loss.between.n', { gateway: 'farm/gw1', n: 12, from: '02:00', to: '04:00' }])
  })

  it('says what it cannot say', () => {
    const [loss] = lossesOf({ events: [step(9, '2026-11-22T05:00:00.000Z')], reports: [gap(7)] })
    expect(lossText(loss!, at)).toEqual(['loss.before', { gateway: 'farm/gw1', to: '04:00' }])
  })

  it('is not any other report', () => {
    const { event, ...rest } = gap(7)
    const anchor = { ...rest, event: { ...event, report: { kind: 'anchor' } } } as unknown as ProvenReport
    expect(lossesOf({ events: [], reports: [anchor] })).toEqual([])
  })
})
