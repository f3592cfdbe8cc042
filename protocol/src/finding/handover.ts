import type { ProvenEvent } from '../verify/verdict.ts'
import { type Facts, surelyBefore } from './facts.ts'
import { type Finding, refsOf } from './finding.ts'

// Both sides sign a hand-over: who ships and who receives.

const isStep = ({ event }: ProvenEvent, ...steps: string[]): boolean => steps.includes(event.bizStep ?? '')

/**
 * HANDOVER_ONE_SIDED: goods that one organisation shipped turn up at another that never signed that it received them, or the other way round.
 * HANDOVER_OPEN: shipped and not received yet. Detail: from, to (organisations).
 */
export function handover({ things }: Facts): Finding[] {
  return [...things].flatMap(([thing, events]) => events.flatMap((one, i) => at(thing, events, one, i)))
}

function at(thing: string, events: readonly ProvenEvent[], one: ProvenEvent, i: number): Finding[] {
  const from = one.signer.org
  if (isStep(one, 'shipping')) {
    const next = events
      .slice(i + 1)
      .find((later) => !isStep(later, 'transporting', 'sensor_reporting') && later.signer.org !== from)
    if (next === undefined) {
      const moved = events.slice(i + 1).some((later) => surelyBefore(one, later))
      return moved ? [] : [finding('HANDOVER_OPEN', 'note', thing, [one], { from })]
    }
    if (isStep(next, 'receiving', 'arriving', 'accepting', 'loading', 'unloading', 'unpacking')) return []
    return [finding('HANDOVER_ONE_SIDED', 'warning', thing, [one, next], { from, to: next.signer.org })]
  }
  if (isStep(one, 'receiving')) {
    const before = events
      .slice(0, i)
      .reverse()
      .find(({ signer }) => signer.org !== from)
    if (
      before === undefined ||
      events.slice(0, i).some((e) => e.signer.org !== from && isStep(e, 'shipping', 'departing', 'unloading'))
    )
      return []
    return [finding('HANDOVER_ONE_SIDED', 'warning', thing, [before, one], { from: before.signer.org, to: from })]
  }
  return []
}

function finding(
  code: 'HANDOVER_OPEN' | 'HANDOVER_ONE_SIDED',
  severity: Finding['severity'],
  subject: string,
  events: readonly ProvenEvent[],
  detail: Finding['detail'],
): Finding {
  return { code, severity, subject, events: refsOf(...events), detail }
}
