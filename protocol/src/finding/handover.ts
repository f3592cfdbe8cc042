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
  return [...things].flatMap(([thing, events]) => [...shipped(thing, events), ...received(thing, events)])
}

/** Backwards, so that the next step at another organisation is known at each: one pass, however many records there are. */
function shipped(thing: string, events: readonly ProvenEvent[]): Finding[] {
  const found: Finding[] = []
  /** The next that counts, and the next after it by another organisation. */
  let next: ProvenEvent | undefined
  let other: ProvenEvent | undefined
  /** The latest beginning of any later record. */
  let lastMs = Number.NEGATIVE_INFINITY
  for (let i = events.length - 1; i >= 0; i--) {
    const one = events[i]!
    if (isStep(one, 'shipping')) {
      const taker = next?.signer.org === one.signer.org ? other : next
      const moved = (one.time.latestMs ?? Number.POSITIVE_INFINITY) < lastMs
      const { org } = one.signer
      if (taker === undefined && !moved) found.push(finding('HANDOVER_OPEN', 'note', thing, [one], { from: org }))
      if (taker !== undefined && !isTaking(taker)) {
        const detail = { from: org, to: taker.signer.org }
        found.push(finding('HANDOVER_ONE_SIDED', 'warning', thing, [one, taker], detail))
      }
    }
    lastMs = Math.max(lastMs, one.time.earliestMs ?? Number.NEGATIVE_INFINITY)
    if (isStep(one, 'transporting', 'sensor_reporting')) continue
    if (next !== undefined && next.signer.org !== one.signer.org) other = next
    next = one
  }
  return found.reverse()
}

function isTaking(one: ProvenEvent): boolean {
  return isStep(one, 'receiving', 'arriving', 'accepting', 'loading', 'unloading', 'unpacking')
}

/** A receiver to whom nobody else ever sent anything. */
function received(thing: string, events: readonly ProvenEvent[]): Finding[] {
  const found: Finding[] = []
  /** The last, and the last before it by another organisation; likewise of those that send. */
  let last: ProvenEvent | undefined
  let other: ProvenEvent | undefined
  const senders = new Set<string>()
  for (const one of events) {
    const { org } = one.signer
    if (isStep(one, 'receiving')) {
      const before = last?.signer.org === org ? other : last
      const sent = senders.size > (senders.has(org) ? 1 : 0)
      const comesBack = one.event.disposition === 'returned'
      if (before !== undefined && !sent && !comesBack && !unordered(before, one)) {
        const detail = { from: before.signer.org, to: org }
        found.push(finding('HANDOVER_ONE_SIDED', 'warning', thing, [before, one], detail))
      }
    }
    if (isStep(one, 'shipping', 'departing', 'unloading')) senders.add(org)
    if (last !== undefined && last.signer.org !== org) other = last
    last = one
  }
  return found
}

/** Their clocks do not say which came first. */
function unordered(a: ProvenEvent, b: ProvenEvent): boolean {
  return !surelyBefore(a, b)
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
