// What the samples tell beside the plain journey: attributes, a food test, a copy in another town, a code of a lot, names longer than any label.
import type { ProvenEvent, SensorElement, Verdict } from '@tristamp/protocol'
import { foodTestElement } from './_sample-food-test.ts'
import { checks, LOT, PACK, PIG, PLANT, proven, SITES } from './_sample-verdicts.ts'

const FARM_SCALE: SensorElement = {
  sensorMetadata: { time: '2026-11-19T07:18:00.000Z', deviceID: 'https://id.gs1.org/8004/9506000134SCALE1' },
  sensorReport: [{ type: 'Mass', value: 118.5, uom: 'KGM' }],
}

function changed(one: ProvenEvent, change: object, elements: SensorElement[] = []): ProvenEvent {
  const sensorElementList = [...(one.event.sensorElementList ?? []), ...elements]
  return {
    ...one,
    event: { ...one.event, ...change, ...(elements.length > 0 && { sensorElementList }) } as typeof one.event,
  }
}

/** The same with what members state of the animal, its weight, a certificate, and a test of the meat. */
export function withClaims(verdict: Verdict): Verdict {
  const [first, second] = verdict.events.filter(({ subjects }) => subjects.includes(PIG))
  const events = verdict.events.map((one) => {
    if (one === first) return changed(one, { ilmd: { 'cbvmda:breed': '云岭黑猪', 'cbvmda:ageMonths': 10 } })
    if (one === second)
      return changed(one, { certificationInfo: ['https://certificates.example/2026/11/19/0031'] }, [FARM_SCALE])
    return one.event.type === 'TransformationEvent' ? changed(one, {}, [foodTestElement()]) : one
  })
  return { ...verdict, events }
}

const FRIDGE: SensorElement = {
  sensorMetadata: { time: '2026-11-21T23:00:00.000Z', deviceID: 'https://id.gs1.org/8004/9506000134JJ1' },
  sensorReport: [{ type: 'Temperature', value: 2.8, uom: 'CEL' }],
}
const CHENGDU = 'https://id.gs1.org/414/9506000134062'

/** A copy of the code was received in Chengdu while the pack lay in Hangzhou; the pack holds a sealed code where `sealed` says so. */
export function withCopy(verdict: Verdict, sealed: boolean): Verdict {
  const site = { org: 'jinjiang', gateway: 'jinjiang', station: CHENGDU, latE7: 306500000, lonE7: 1040800000 }
  const before = verdict.events.findLast(({ signer }) => signer.station === SITES.wholesale.station)!
  const receiving = { type: 'ObjectEvent', action: 'OBSERVE', bizStep: 'receiving', epcList: [PACK] }
  const copy = proven({ ...site, geo: 'site' }, Date.parse('2026-11-22T07:00:00+08:00'), receiving, [FRIDGE])
  const commitment = { 'tristamp:sealed': { [PACK]: 'c2VhbGVkIGNvZGUgb2YgdGhlIHNhbXBsZSBwYWNrcyA' } }
  const events = verdict.events.map((one) =>
    sealed && one.event.type === 'TransformationEvent' ? changed(one, commitment) : one,
  )
  const names = {
    ...verdict.names,
    places: new Map(verdict.names.places).set(CHENGDU, {
      op: 'register-place',
      org: 'jinjiang',
      place: CHENGDU,
      name: { zh: '锦江小馆', en: 'Jinjiang Bistro' },
      address: { zh: '四川成都', en: 'Chengdu, Sichuan' },
      zone: 'Asia/Shanghai',
    }),
    organisations: new Map(verdict.names.organisations).set('jinjiang', {
      op: 'enrol-organisation',
      org: 'jinjiang',
      party: 'https://id.gs1.org/417/9506000134062',
      name: { zh: '锦江餐饮', en: 'Jinjiang Dining' },
    }),
  }
  const refs = [before, copy].map(({ entry, position }) => ({ entry, position }))
  const ms = Math.abs(Date.parse(before.event.eventTime) - Date.parse(copy.event.eventTime))
  const stamp = { contradictions: 1, warnings: 0, notes: 0, entry: copy.entry, position: 0, stamp: 'place' }
  return {
    ...verdict,
    checks: checks('findings', 'TWO_PLACES', stamp),
    ...{ state: 'elsewhere', names, events: [...events, copy].sort(inTime) },
    findings: [
      { code: 'TWO_PLACES', severity: 'contradiction', subject: PACK, events: refs, detail: { metres: 1_520_000, ms } },
    ],
  }
}

function inTime(a: ProvenEvent, b: ProvenEvent): number {
  return Date.parse(a.event.eventTime) - Date.parse(b.event.eventTime)
}

/** As it was at a moment: nothing recorded since, and sealed then. */
export function asOf(verdict: Verdict, ms: number): Verdict {
  return { ...verdict, sealedAtMs: ms, events: verdict.events.filter(({ event }) => Date.parse(event.eventTime) <= ms) }
}

/** The same of the whole lot: what a code without a serial number leads to. */
export function ofLot(verdict: Verdict): Verdict {
  const events = verdict.events.filter(({ signer }) => signer.station === PLANT).slice(0, 2)
  return { ...verdict, subject: LOT, events }
}

const LONG = {
  zh: '湖北省恩施土家族苗族自治州云岭高山生态黑猪养殖专业合作社联合社第三分场',
  en: 'Enshi Tujia and Miao Autonomous Prefecture Yunling Highland Ecological Black Pig Cooperative Union, Third Yard',
}

/** Names as long as people register them. */
export function withLongNames({ names, ...verdict }: Verdict): Verdict {
  const long = <Value extends { name: unknown }>(map: Map<string, Value>): Map<string, Value> =>
    new Map([...map].map(([uri, value]) => [uri, { ...value, name: LONG }]))
  return {
    ...verdict,
    names: { products: long(names.products), places: long(names.places), organisations: long(names.organisations) },
  }
}

/** Nobody registered a name for anything. */
export function withoutNames(verdict: Verdict): Verdict {
  return { ...verdict, names: { products: new Map(), places: new Map(), organisations: new Map() } }
}
