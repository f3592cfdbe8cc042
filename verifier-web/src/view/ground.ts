// What a hold rests on, as people ask for it: whose readings, and whether they are of these goods. Pure.
import type { ProvenEvent, ProvenHold, Verdict } from '@tristamp/protocol'

/** The readings that a hold rests on where the records show it, of these goods or of others of their lot; else none. */
export function readingsOf({ hold, ground }: ProvenHold, { events, grounds }: Verdict): ProvenEvent[] {
  if (ground !== 'shown') return []
  const named = new Set(hold.ground?.readings.map(({ entry, position }) => `${entry}.${position}`))
  return [...events, ...grounds].filter(({ entry, position }) => named.has(`${entry}.${position}`))
}

/** Who signed them, each gateway once: where it is one, nobody else says so. */
export function gatewaysOf(readings: readonly ProvenEvent[]): string[][] {
  const gateways = new Map(readings.map(({ signer: { kid, org, gateway } }) => [kid, [org, gateway]]))
  return [...gateways.values()]
}
