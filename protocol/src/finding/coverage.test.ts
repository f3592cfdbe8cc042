import { expect, it } from 'vitest'
import { SAMPLE, sampleObjectEvent } from '../_events.ts'
import type { StampedEvent } from '../event/types.ts'
import type { ProvenEvent } from '../verify/verdict.ts'
import { type Coverage, coverageOf } from './coverage.ts'

const NOTHING = { products: new Map(), places: new Map(), organisations: new Map() }
let entry = 0

function step(more: object = {}): ProvenEvent {
  const event = { ...sampleObjectEvent(), ...more } as StampedEvent
  const ms = Date.parse(event.eventTime)
  return {
    entry: ++entry,
    position: 0,
    event,
    subjects: [SAMPLE.item],
    signer: { kid: '00', uri: '', org: 'farm', gateway: 'gw', station: '', endedLater: false },
    time: { earliestMs: ms - 200, latestMs: ms + 200, from: 'own clock', contradicted: false },
  }
}

const cover = (...events: ProvenEvent[]): Coverage => coverageOf({ events, names: NOTHING, lineage: [SAMPLE.item] })

const SITE = { 'tristamp:geo': { source: 'site', latE7: 1, lonE7: 1, accuracyM: 5 } }
const SILENT = { sensorElementList: [{ sensorReport: [{ type: 'Temperature', exception: 'ERROR_CONDITION' }] }] }
const UNSET = { 'tristamp:clock': { ...sampleObjectEvent()['tristamp:clock'], source: 'none' } }

it.each<[string, object, keyof Coverage]>([
  ['scanned, located, timed and sensed', {}, 'measured'],
  ['at a registered place', SITE, 'partly'],
  ['with a clock that nothing set', UNSET, 'partly'],
  ['with a silent thermometer', SILENT, 'partly'],
  ['at a registered place, with a silent thermometer', { ...SITE, ...SILENT }, 'stated'],
  ['typed', { 'tristamp:origin': 'operator' }, 'stated'],
])('%s', (_, more, degree) => {
  const one = step(more)
  expect(cover(one)[degree]).toEqual([{ entry: one.entry, position: 0 }])
})

it('knows where knowledge begins, and whether at a birth', () => {
  const birth = step()
  expect(cover(birth, step({ action: 'OBSERVE' }))).toMatchObject({ firstMs: birth.time.earliestMs, fromBirth: true })
  expect(cover(step({ action: 'OBSERVE' })).fromBirth).toBe(false)
  expect(cover()).toEqual({ measured: [], partly: [], stated: [], fromBirth: false })
})

it('leaves out what was taken back', () => {
  const wrong = step()
  const declared = { declarationTime: wrong.event.eventTime, reason: 'did_not_occur' }
  const back = { ...wrong, entry: 999, event: { ...wrong.event, errorDeclaration: declared } as StampedEvent }
  expect(cover(wrong, back).measured).toEqual([])
})
