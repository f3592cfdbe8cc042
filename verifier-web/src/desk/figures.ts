// The numbers at the head of an answer: how much there was, and where it is now.

import type { DeskClient } from './client.ts'
import type { Standing, Trace } from './graph/trace.ts'
import { type Amounts, readProgress, unanswered } from './recall/progress.ts'
import type { Amount, EventRow } from './rows.ts'

export interface Figures {
  lots: number
  /** Of the lots: those that something was made of, and those that were made. */
  inputs: number
  made: number
  places: number
  firms: number
  /** Each by unit of measure, the most of it first; empty where nothing says so, undefined where nobody could know. */
  shipped: Amount[]
  returned: Amount[] | undefined
  sold: Amount[]
  unaccounted: Amount[]
  unaccountedPlaces: number
  /** Places that have not answered a recall, where there is one. */
  unanswered?: number
  /** The trace was ended before its end, after so many nodes. */
  cut?: number
}

/** What a standing recall has come to. */
export interface RecallTotals {
  shipped: Amount
  returned: Amount
  sold: Amount
  unaccounted: Amount
  unaccountedPlaces: number
  unanswered: number
}

const SOLD = new Set(['sell', 'dispense', 'serve'])

export function figuresOf(
  trace: Trace,
  standings: readonly Standing[],
  rows: readonly EventRow[],
  recall: RecallTotals | undefined,
): Figures {
  const lots = trace.nodes.filter(({ kind }) => kind === 'lot')
  const made = new Set(trace.links.flatMap(({ kind, to }) => (kind === 'output' || kind === 'lot' ? [to] : [])))
  const used = new Set(trace.links.flatMap(({ kind, from }) => (kind === 'input' ? [from] : [])))
  const inputs = lots.filter(({ id }) => used.has(id) && id !== trace.subject).length
  const events = rows.filter(({ kind }) => kind === 'event')
  const lost = standings.filter(({ state }) => state === 'unaccounted')
  const counted = {
    lots: lots.length,
    inputs,
    made: lots.filter(({ id }) => made.has(id) && !used.has(id) && id !== trace.subject).length,
    places: new Set(events.flatMap(({ place }) => (place === undefined ? [] : [siteOf(place)]))).size,
    firms: new Set(events.flatMap(({ org }) => org ?? [])).size,
    ...(trace.unread > 0 || trace.incomplete.length > 0 ? { cut: trace.nodes.length } : {}),
  }
  if (recall !== undefined) {
    const { shipped, returned, sold, unaccounted, ...rest } = recall
    return { ...counted, ...rest, shipped: [shipped], returned: [returned], sold: [sold], unaccounted: [unaccounted] }
  }
  const born = birthplaces(trace)
  return {
    ...counted,
    shipped: sumOf(
      standings.filter(({ state, place }) => !(state === 'there' && place !== undefined && born.has(siteOf(place)))),
    ),
    returned: undefined,
    sold: sumOf(events.filter(({ step }) => SOLD.has(step)).flatMap(({ amount }) => amount ?? [])),
    unaccounted: sumOf(lost),
    unaccountedPlaces: new Set(lost.map(({ place }) => place)).size,
  }
}

/** The totals of a recall's progress. @throws AnswerError, and what `ask` throws */
export async function readTotals(ask: DeskClient, recall: string): Promise<RecallTotals> {
  const progress = await readProgress(ask, recall)
  const { totals, uom, places } = progress
  const amount = (milli: number): Amount => ({ milli, ...(uom !== undefined && { uom }) })
  // What a scanner refused and a person then set aside is one thing.
  const aside = ({ quarantined, returned, destroyed, blocked }: Amounts): number =>
    Math.max(quarantined + returned + destroyed, blocked)
  return {
    shipped: amount(totals.shipped),
    returned: amount(places.reduce((sum, place) => sum + aside(place), 0)),
    sold: amount(totals.sold),
    unaccounted: amount(totals.unaccounted),
    unaccountedPlaces: places.filter(({ unaccounted }) => unaccounted > 0).length,
    unanswered: unanswered(progress).length,
  }
}

/** Where a subject, or its items, were first. */
function birthplaces(trace: Trace): Set<string> {
  const births = new Set(
    trace.links.flatMap(({ kind, proof }) => (kind === 'output' || kind === 'lot' ? [proof.entry] : [])),
  )
  const own = new Set([
    trace.subject,
    ...trace.links.flatMap(({ kind, from, to }) => (kind === 'lot' && to === trace.subject ? [from] : [])),
  ])
  const at = trace.links.filter(({ kind, from }) => kind === 'at' && own.has(from))
  const first = at.filter(({ proof }) => births.has(proof.entry))
  const [earliest] = [...at].sort((a, b) => ((a.time ?? '') < (b.time ?? '') ? -1 : 1))
  return new Set((first.length > 0 ? first : earliest === undefined ? [] : [earliest]).map(({ to }) => siteOf(to)))
}

/** A place without the part of it: what is in another corner of a house has not left it. */
function siteOf(place: string): string {
  return place.replace(/\/254\/.*$/, '')
}

/** By unit; what is told in pieces alone counts as pieces. */
function sumOf(list: readonly { milli?: number; uom?: string; things?: number }[]): Amount[] {
  const sums = new Map<string, number>()
  for (const { milli, uom = '', things = 0 } of list) {
    const amount = Math.abs(milli ?? 1000 * things)
    if (amount > 0) sums.set(uom, (sums.get(uom) ?? 0) + amount)
  }
  return [...sums]
    .sort(([a, x], [b, y]) => Number(a !== '') - Number(b !== '') || y - x)
    .map(([uom, milli]) => ({ milli, ...(uom !== '' && { uom }) }))
}
