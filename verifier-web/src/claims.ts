// What records state or measure of the goods beside temperature, place and time: attributes, other measurements, certificates. Pure.
import type { EpcisEvent, SensorReport } from '@tristamp/protocol'
import type { JourneyRecord } from './record.ts'

/** Who says so stands beside each: an instrument that measured it, or a person who wrote it. */
export type Claim =
  | { kind: 'measured'; device: true; type: string; low: number; high: number; uom: string }
  | { kind: 'attribute'; device: false; name: string; value: string | number }
  | { kind: 'certificates'; device: false; n: number }

/** A stop shows so many; whoever writes more fills the page and says nothing more. */
const MOST = 12
const MOST_CHARACTERS = 80
/** Those that the page shows elsewhere: in the pack, in the chart, with the food tests. */
const SHOWN_ELSEWHERE = new Set(['cbvmda:lotNumber', 'cbvmda:itemExpirationDate'])
const OWN_TYPES = new Set(['Temperature', 'RelativeHumidity', 'Dimensionless'])

/** A text of others, not longer than a line or two. */
export function bounded(text: string, most: number = MOST_CHARACTERS): string {
  const characters = [...text]
  return characters.length > most ? `${characters.slice(0, most - 1).join('')}…` : text
}

/** The claims of a stop's records, what was measured first, each once. */
export function claimsOf(records: readonly JourneyRecord[]): Claim[] {
  const events = records.map(({ event }) => event)
  const certificates = new Set(events.flatMap(certificatesOf))
  const claims = [...events.flatMap(measuredIn), ...events.flatMap(attributesIn)]
  if (certificates.size > 0) claims.push({ kind: 'certificates', device: false, n: certificates.size })
  const seen = new Set<string>()
  return claims.filter((claim) => !seen.has(JSON.stringify(claim)) && seen.add(JSON.stringify(claim))).slice(0, MOST)
}

/** The certificates that an event names. What is in them no record tells. */
export function certificatesOf({ certificationInfo = [] }: EpcisEvent): readonly string[] {
  return typeof certificationInfo === 'string' ? [certificationInfo] : certificationInfo
}

function measuredIn({ sensorElementList = [] }: EpcisEvent): Claim[] {
  return sensorElementList.flatMap(({ sensorReport }) => sensorReport.flatMap(measuredBy))
}

function measuredBy({ type, uom = '', value, minValue, maxValue, exception }: SensorReport): Claim[] {
  const [low, high] = [minValue ?? value, maxValue ?? value]
  if (OWN_TYPES.has(type) || exception === 'ERROR_CONDITION' || low === undefined || high === undefined) return []
  return [{ kind: 'measured', device: true, type: bounded(type), low, high, uom: bounded(uom, 12) }]
}

function attributesIn(event: EpcisEvent): Claim[] {
  const ilmd = (event.type === 'ObjectEvent' || event.type === 'TransformationEvent' ? event.ilmd : undefined) ?? {}
  return Object.entries(ilmd).flatMap(([name, value]): Claim[] => {
    if (SHOWN_ELSEWHERE.has(name) || (typeof value !== 'string' && typeof value !== 'number')) return []
    const said = typeof value === 'string' ? bounded(value) : value
    return [{ kind: 'attribute', device: false, name: bounded(name.slice(name.indexOf(':') + 1)), value: said }]
  })
}

/** `countryOfOrigin` as words, for a name that no dictionary has: country of origin. */
export function spelled(name: string): string {
  return name.replace(/([a-z])([A-Z])/g, (_, end: string, start: string) => `${end} ${start.toLowerCase()}`)
}
