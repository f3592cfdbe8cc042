import type { ProvenEvent } from '../verify/verdict.ts'
import { type Facts, surelyBefore } from './facts.ts'
import { type Finding, refsOf } from './finding.ts'

/**
 * STEP_ORDER: a unit was packed or unpacked by an organisation surely after that had sent it, and surely before another took it: it was not there any more.
 * One that was taken back says so (`void_shipping`), is sent again, or is packed into another. Detail: org.
 */
export function stepOrder({ things }: Facts): Finding[] {
  return [...things].flatMap(([thing, events]) => {
    let sent: ProvenEvent | undefined
    let filled: ProvenEvent | undefined
    const found: Finding[] = []
    for (const one of events) {
      const { event, signer } = one
      const isOwn = signer.org === sent?.signer.org
      const isPacking = event.type === 'AggregationEvent' && event.action !== 'OBSERVE'
      if (event.bizStep === 'shipping') [sent, filled] = [one, undefined]
      else if (isOwn && isPacking && event.parentID === thing) {
        if (surelyBefore(sent!, one)) filled ??= one
      } else if (isOwn ? isPacking || event.bizStep === 'void_shipping' : !isOnTheWay(event.bizStep)) {
        if (!isOwn && sent && filled && surelyBefore(filled, one)) {
          const events = refsOf(sent, filled, one)
          found.push({
            code: 'STEP_ORDER',
            severity: 'warning',
            subject: thing,
            events,
            detail: { org: sent.signer.org },
          })
        }
        sent = filled = undefined
      }
    }
    return found
  })
}

/** What is told while goods move says nothing of who has them. */
function isOnTheWay(bizStep: string | undefined): boolean {
  return bizStep === 'transporting' || bizStep === 'sensor_reporting'
}
