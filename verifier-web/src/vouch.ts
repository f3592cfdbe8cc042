// Who says so: for each kind of claim, whether an instrument or a person, and how many records rest on it. Pure.
import { claimsOf } from './claims.ts'
import { foodTestsOf } from './food-tests.ts'
import type { Journey } from './journey.ts'
import { goodsOf, type JourneyRecord } from './record.ts'

export type Vouch =
  | { kind: 'temperature'; device: true; n: number }
  | { kind: 'place.gnss' | 'place.site' | 'scanned'; device: boolean; n: number }
  | { kind: 'time'; device: true; doubtMs: number; without: number }
  | { kind: 'tests'; device: true; n: number; orgs: string[] }
  | { kind: 'typed' | 'attributes'; device: false; n: number; orgs: string[] }

function doubtMs({ event, timeDoubt }: JourneyRecord): number {
  return timeDoubt?.kind === 'placed' ? timeDoubt.withinMs : event['tristamp:clock'].uncertaintyMs
}

const orgsOf = (records: readonly JourneyRecord[]): string[] => [...new Set(records.map((r) => r.proven.signer.org))]

/** The claims of a journey, measured before stated. */
export function vouchesOf(journey: Journey): Vouch[] {
  const { records } = journey
  const geo = (source: string): number => records.filter((r) => r.event['tristamp:geo'].source === source).length
  const named = records.filter((r) => goodsOf(r.event).length > 0)
  const by = (origin: string): JourneyRecord[] => named.filter((r) => r.event['tristamp:origin'] === origin)
  const timed = records.filter((r) => r.stamps.time === 'checked')
  const typed = by('operator')
  const vouches: Vouch[] = []
  if (journey.track !== undefined) vouches.push({ kind: 'temperature', device: true, n: journey.track.devices })
  if (timed.length > 0) {
    vouches.push({
      kind: 'time',
      device: true,
      doubtMs: Math.max(...timed.map(doubtMs)),
      without: records.length - timed.length,
    })
  }
  const tests = foodTestsOf(journey)
  if (tests.length > 0)
    vouches.push({ kind: 'tests', device: true, n: tests.length, orgs: [...new Set(tests.map(({ org }) => org))] })
  if (geo('gnss') > 0) vouches.push({ kind: 'place.gnss', device: true, n: geo('gnss') })
  if (by('device').length > 0) vouches.push({ kind: 'scanned', device: true, n: by('device').length })
  if (geo('site') > 0) vouches.push({ kind: 'place.site', device: false, n: geo('site') })
  const stating = records.filter((record) => claimsOf([record]).some(({ device }) => !device))
  if (stating.length > 0) vouches.push({ kind: 'attributes', device: false, n: stating.length, orgs: orgsOf(stating) })
  if (typed.length > 0)
    vouches.push({
      kind: 'typed',
      device: false,
      n: typed.length,
      orgs: orgsOf(typed),
    })
  return vouches
}
