import { subjectKind } from '../subject.ts'
import type { ProvenEvent } from '../verify/verdict.ts'
import { amountsOf, countedBy, toleranceOf } from './amounts.ts'
import { bears, ends, type Facts, surelyBefore } from './facts.ts'
import { type Finding, refsOf } from './finding.ts'

// What was sent of a lot, and what those who received it say came: both sides sign, and both say how much.

/** What one event says of how much of a lot changed hands. */
interface Load {
  of: ProvenEvent
  uom: string
  milli: number
}

const TOLERANCE_PERCENT = 2
/** A hostile ledger may show any number of them. */
const MAX_PAIRED = 1000

/**
 * HANDOVER_QUANTITY: of a lot, more was received than was sent, or less, where as many have received as have sent. Detail: shipped, received
 * (thousandths of `uom`; what agrees one by one is not in them), from, to (organisations of the first of each).
 * HANDOVER_ONE_SIDED: received what nobody sent; or sent, and used elsewhere by one who never received any of it.
 */
export function handoverOfLots({ lots }: Facts): Finding[] {
  return [...lots].flatMap(([lot, events]) => {
    // What goes in units is sent and received by the units' numbers.
    if (events.some(({ event }) => event.type === 'AggregationEvent' && isUnit(event.parentID))) return []
    return [...neverReceived(lot, events), ...quantities(lot, events)]
  })
}

function isUnit(parent: string | undefined): boolean {
  return parent !== undefined && subjectKind(parent) === 'unit'
}

function quantities(lot: string, events: readonly ProvenEvent[]): Finding[] {
  const sent = loads(lot, events.filter(isSending))
  const came = loads(lot, events.filter(isReceipt))
  if (sent === undefined || came === undefined) return []
  const [uom, ...others] = new Set([...sent, ...came].map((load) => load.uom))
  if (uom === undefined || others.length > 0) return []
  const { open, left } = paired(sent, came)
  const [first] = left
  if (first === undefined) return []
  const [shipped, received] = [sum(open), sum(left)]
  const percent = toleranceOf(uom, TOLERANCE_PERCENT)
  const isMore = received * 100 > shipped * (100 + percent)
  // Parts of a load may still be on their way: less is only told where as many came as were sent.
  const isLess = received * (100 + percent) < shipped * 100 && left.length >= open.length
  if (!isMore && !isLess) return []
  const [from] = open
  const giver = from?.of ?? events.find((one) => bears(one.event, lot))
  // Nobody is known to have had it before, or it never left the house.
  if (giver === undefined || (from === undefined && sameOrg(giver, first.of))) return []
  const parties = { from: giver.signer.org, to: first.of.signer.org }
  const refs = refsOf(...[...open, ...left].map(({ of }) => of))
  if (from === undefined) {
    const one = refsOf(giver, first.of)
    return [{ code: 'HANDOVER_ONE_SIDED', severity: 'warning', subject: lot, events: one, detail: parties }]
  }
  const detail = { shipped, received, ...parties, ...(uom !== '' && { uom }) }
  return [{ code: 'HANDOVER_QUANTITY', severity: 'warning', subject: lot, events: refs, detail }]
}

/** What no other side agrees with, one by one; of more than anyone sends of a lot, all: then sums alone are compared. */
function paired(sent: readonly Load[], came: readonly Load[]): { open: Load[]; left: readonly Load[] } {
  const open = [...sent]
  if (sent.length > MAX_PAIRED || came.length > MAX_PAIRED) return { open, left: came }
  const left = came.filter((load) => {
    const fits = (one: Load): boolean => agree(one, load) && !surelyBefore(load.of, one.of)
    const elsewhere = open.findIndex((one) => fits(one) && !sameOrg(one.of, load.of))
    const at = elsewhere < 0 ? open.findIndex(fits) : elsewhere
    if (at >= 0) open.splice(at, 1)
    return at < 0
  })
  return { open, left }
}

/** Sold or used up by an organisation that never received any of it, after another sent some that nobody received. */
function neverReceived(lot: string, events: readonly ProvenEvent[]): Finding[] {
  const receivers = new Set(events.filter(isTaking).map(({ signer }) => signer.org))
  const makers = new Set(events.filter(({ event }) => bears(event, lot)).map(({ signer }) => signer.org))
  const found = new Map<string, Finding>()
  /** The first of each organisation that sent some. */
  const senders = new Map<string, ProvenEvent>()
  for (const one of events) {
    const { org } = one.signer
    if (isSending(one) && !senders.has(org)) senders.set(org, one)
    if (!ends(one.event, lot) || receivers.has(org) || makers.has(org) || found.has(org)) continue
    const sent = [...senders.values()].find((other) => !sameOrg(other, one))
    if (sent === undefined || !surelyBefore(sent, one)) continue
    const detail = { from: sent.signer.org, to: org }
    const refs = refsOf(sent, one)
    found.set(org, { code: 'HANDOVER_ONE_SIDED', severity: 'warning', subject: lot, events: refs, detail })
  }
  return [...found.values()]
}

function isSending({ event }: ProvenEvent): boolean {
  return event.type === 'ObjectEvent' && event.bizStep === 'shipping' && event.disposition !== 'returned'
}

function isReceipt({ event }: ProvenEvent): boolean {
  return event.type === 'ObjectEvent' && event.bizStep === 'receiving' && event.disposition !== 'returned'
}

function isTaking({ event }: ProvenEvent): boolean {
  // What buyers bring back was not sent by the one who had it before.
  return (
    event.disposition !== 'returned' &&
    ['receiving', 'arriving', 'accepting', 'loading', 'unloading', 'unpacking'].includes(event.bizStep ?? '')
  )
}

function loads(lot: string, events: readonly ProvenEvent[]): Load[] | undefined {
  const found: Load[] = []
  for (const of of events) {
    const [first, ...others] = amountsOf(countedBy(of.event), lot) ?? []
    if (first === undefined || others.length > 0) return undefined
    found.push({ of, uom: first[0], milli: first[1] })
  }
  return found
}

function agree(a: Load, b: Load): boolean {
  const percent = toleranceOf(a.uom, TOLERANCE_PERCENT)
  return Math.abs(a.milli - b.milli) * 100 <= Math.max(a.milli, b.milli) * percent
}

function sameOrg(a: ProvenEvent, b: ProvenEvent): boolean {
  return a.signer.org === b.signer.org
}

function sum(loads: readonly Load[]): number {
  return loads.reduce((total, { milli }) => total + milli, 0)
}
