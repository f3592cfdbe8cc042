// Who says so: for each kind of claim, whether an instrument or a person, and how many records rest on it. Pure.
import type { Journey } from './journey.ts'
import { goodsOf, type JourneyRecord } from './record.ts'

export type Vouch =
  | { kind: 'temperature'; device: true; n: number }
  | { kind: 'place.gnss' | 'place.site' | 'scanned'; device: boolean; n: number }
  | { kind: 'time'; device: true; doubtMs: number; without: number }
  | { kind: 'typed'; device: false; n: number; orgs: string[] }

/** The claims of a journey, measured before stated. */
export function vouchesOf(journey: Journey): Vouch[] {
  const { records } = journey
  const geo = (source: string): number => records.filter((r) => r.event['tristamp:geo'].source === source).length
  const named = records.filter((r) => goodsOf(r.event).length > 0)
  const by = (origin: string): JourneyRecord[] => named.filter((r) => r.event['tristamp:origin'] === origin)
  const clocks = records.map((r) => r.event['tristamp:clock'])
  const good = clocks.filter((clock) => clock.source !== 'none')
  const typed = by('operator')
  const vouches: Vouch[] = []
  if (journey.track !== undefined) vouches.push({ kind: 'temperature', device: true, n: journey.track.devices })
  if (good.length > 0) {
    vouches.push({
      kind: 'time',
      device: true,
      doubtMs: Math.max(...good.map((c) => c.uncertaintyMs)),
      without: clocks.length - good.length,
    })
  }
  if (geo('gnss') > 0) vouches.push({ kind: 'place.gnss', device: true, n: geo('gnss') })
  if (by('device').length > 0) vouches.push({ kind: 'scanned', device: true, n: by('device').length })
  if (geo('site') > 0) vouches.push({ kind: 'place.site', device: false, n: geo('site') })
  if (typed.length > 0)
    vouches.push({
      kind: 'typed',
      device: false,
      n: typed.length,
      orgs: [...new Set(typed.map((r) => r.proven.signer.org))],
    })
  return vouches
}
