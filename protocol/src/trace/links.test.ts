import { expect, test } from 'vitest'
import type { EpcisEvent } from '../event/types.ts'
import { linksOf } from './links.ts'

const A = 'https://id.gs1.org/01/09506000134352/21/A'
const LOT = 'https://id.gs1.org/01/09506000134352/10/L7'
const BOX = 'https://id.gs1.org/00/395060000000000016'
const base = { eventTime: '2026-01-01T08:00:00.000+08:00', eventTimeZoneOffset: '+08:00' }

function linked(event: object): ReturnType<typeof linksOf> {
  return linksOf({ ...base, ...event } as EpcisEvent)
}

test('what an event does with each thing, the parent first', () => {
  const children = { childEPCs: [A], childQuantityList: [{ epcClass: LOT, quantity: 1.5, uom: 'KGM' }] }
  const roles = (event: object): string[] => linked(event).goods.map(({ role }) => role)
  expect(linked({ type: 'AggregationEvent', action: 'ADD', parentID: BOX, ...children }).goods).toEqual([
    { role: 'parent', subject: BOX },
    { role: 'packed', subject: A },
    { role: 'packed', subject: LOT, milli: 1500, uom: 'KGM' },
  ])
  expect(roles({ type: 'AggregationEvent', action: 'DELETE', parentID: BOX, ...children })[1]).toBe('unpacked')
  expect(roles({ type: 'AggregationEvent', action: 'DELETE', parentID: BOX })).toEqual(['emptied'])
  expect(roles({ type: 'AssociationEvent', action: 'ADD', parentID: BOX, ...children })[1]).toBe('fixed')
  expect(roles({ type: 'ObjectEvent', action: 'ADD', epcList: [A] })).toEqual(['made'])
  expect(roles({ type: 'ObjectEvent', action: 'DELETE', epcList: [A] })).toEqual(['ended'])
  expect(roles({ type: 'ObjectEvent', action: 'OBSERVE', epcList: [A] })).toEqual(['observed'])
  expect(roles({ type: 'TransformationEvent', inputEPCList: [A], outputEPCList: [BOX] })).toEqual(['input', 'output'])
})

test('an item is of the lot that is told where it is made, and nowhere else', () => {
  const ilmd = { 'cbvmda:lotNumber': 'L7' }
  expect(linked({ type: 'ObjectEvent', action: 'ADD', epcList: [A, BOX], ilmd }).lots).toEqual([{ item: A, lot: LOT }])
  expect(linked({ type: 'TransformationEvent', inputEPCList: [BOX], outputEPCList: [A], ilmd }).lots).toEqual([
    { item: A, lot: LOT },
  ])
  expect(linked({ type: 'ObjectEvent', action: 'OBSERVE', epcList: [A] }).lots).toEqual([])
})

test('temperatures in milli-°C, over their interval, and alarms', () => {
  const report = (more: object): object => ({ sensorReport: [{ type: 'Temperature', ...more }] })
  const { timeMs, temperatures } = linked({
    type: 'ObjectEvent',
    action: 'OBSERVE',
    epcList: [A],
    sensorElementList: [
      {
        ...report({ minValue: -18.5, maxValue: -17.25, meanValue: -18, uom: 'CEL' }),
        sensorMetadata: { startTime: '2026-01-01T00:00:00.000Z', endTime: '2026-01-01T01:00:00.000Z' },
      },
      report({ value: 50, uom: 'FAH', time: '2026-01-01T00:30:00.000Z' }),
      report({ value: 273.15, uom: 'KEL' }),
      report({ value: 3, uom: 'XYZ' }),
      { sensorReport: [{ type: 'Illuminance', exception: 'ALARM_CONDITION' }] },
    ],
  })
  const hour = 3_600_000
  expect(timeMs).toBe(Date.parse('2026-01-01T00:00:00.000Z'))
  expect(temperatures).toEqual([
    { fromMs: timeMs, toMs: timeMs + hour, minMilli: -18_500, maxMilli: -17_250, alarm: false },
    { fromMs: timeMs + hour / 2, toMs: timeMs + hour / 2, minMilli: 10_000, maxMilli: 10_000, alarm: false },
    { fromMs: timeMs, toMs: timeMs, minMilli: 0, maxMilli: 0, alarm: false },
    { fromMs: timeMs, toMs: timeMs, alarm: true },
  ])
})

test('who has the goods and who gets them: whoever possesses them, before whoever owns them', () => {
  const [owner, carrier] = ['https://id.gs1.org/417/9506000134307', 'https://id.gs1.org/417/9506000000107']
  const sourceList = [
    { type: 'owning_party', source: owner },
    { type: 'possessing_party', source: carrier },
  ]
  const destinationList = [
    { type: 'location', destination: 'https://id.gs1.org/414/9506000134307' },
    { type: 'owning_party', destination: owner },
  ]
  const { from, to } = linked({ type: 'ObjectEvent', action: 'OBSERVE', epcList: [A], sourceList, destinationList })
  expect([from, to]).toEqual([carrier, owner])
})
