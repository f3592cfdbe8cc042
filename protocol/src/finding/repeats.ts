import { canonicalJson, type Json } from '../canonical-json.ts'
import type { ProvenEvent } from '../verify/verdict.ts'
import type { Facts } from './facts.ts'
import { type Finding, refsOf } from './finding.ts'

/** Several events that one key recorded under one `eventID`, in the order of time. */
export interface Repeat {
  events: readonly ProvenEvent[]
  /** They say the same, word for word. */
  same: boolean
}

/** An error declaration has the number of what it takes back, and repeats nothing. */
export function repeatsOf(events: readonly ProvenEvent[]): Repeat[] {
  const groups = new Map<string, ProvenEvent[]>()
  for (const proven of events) {
    const { event, signer } = proven
    if (event.errorDeclaration !== undefined) continue
    const name = `${signer.kid} ${event.eventID}`
    const group = groups.get(name)
    if (group === undefined) groups.set(name, [proven])
    else group.push(proven)
  }
  return [...groups.values()]
    .filter((group) => group.length > 1)
    .map((group) => ({ events: group, same: new Set(group.map(contentOf)).size === 1 }))
}

function contentOf({ event }: ProvenEvent): string {
  return canonicalJson(event as unknown as Json)
}

/**
 * EVENT_REPEATED: one key recorded the same event twice, which then counts once; or two different ones under one number, which cannot both
 * be what it stands for. Admission remembers no event's number, so this is not the ledger's doing.
 */
export function eventRepeated({ repeats }: Facts): Finding[] {
  return repeats.map(({ events, same }) => ({
    code: 'EVENT_REPEATED',
    severity: same ? 'warning' : 'contradiction',
    events: refsOf(...events),
    detail: {},
  }))
}
