import type { EpcisEvent, QuantityElement } from '../event/types.ts'
import { lotOfMade, subjectFrom } from '../subject.ts'
import { type TemperatureSpan, temperaturesOf } from './readings.ts'

// What one event says of how goods hang together (docs/spec/trace.md). Nothing here looks at any other event.

/**
 * What an event does with a thing. `input` and `output` of a transformation; `parent` with what is `packed` into or `unpacked` from it,
 * or `emptied` altogether; `fixed` and `unfixed` likewise for equipment; `made` and `ended`: began or ceased to be; else `observed`.
 */
export const LINK_ROLES = [
  'observed',
  'made',
  'ended',
  'input',
  'output',
  'parent',
  'packed',
  'unpacked',
  'emptied',
  'fixed',
  'unfixed',
] as const
export type LinkRole = (typeof LINK_ROLES)[number]

/** A thing in an event. `milli`: thousandths of `uom` (UN/ECE Rec 20), of pieces without it; absent when no quantity is told. */
export interface GoodsLink {
  role: LinkRole
  subject: string
  milli?: number
  uom?: string
}

/** The links that one event makes. */
export interface EventLinks {
  timeMs: number
  step?: string
  /** The parent first, where there is one. */
  goods: GoodsLink[]
  /** Items with the lot that they are of. */
  lots: { item: string; lot: string }[]
  /** Ties the inputs and outputs of several events. */
  transformation?: string
  /** Where the things are afterwards: `bizLocation`. */
  place?: string
  /** Where they were seen: `readPoint`. */
  seen?: string
  /** Who had them and who gets them: the possessing party, or else the owner. */
  from?: string
  to?: string
  temperatures: TemperatureSpan[]
}

/** Everything that an event contributes to a trace. An event that declares another wrong contributes nothing: see `correctionsOf`. */
export function linksOf(event: EpcisEvent): EventLinks {
  const timeMs = Date.parse(event.eventTime)
  const from = party(event.sourceList?.map(({ type, source }) => [type, source]))
  const to = party(event.destinationList?.map(({ type, destination }) => [type, destination]))
  const transformation = event.type === 'TransformationEvent' ? event.transformationID : undefined
  return {
    timeMs,
    ...(event.bizStep !== undefined && { step: event.bizStep }),
    goods: goodsOf(event),
    lots: lotsOf(event),
    ...(transformation !== undefined && { transformation }),
    ...(event.bizLocation !== undefined && { place: event.bizLocation.id }),
    ...(event.readPoint !== undefined && { seen: event.readPoint.id }),
    ...(from !== undefined && { from }),
    ...(to !== undefined && { to }),
    temperatures: temperaturesOf(event.sensorElementList, timeMs),
  }
}

const CONTENTS = {
  AggregationEvent: { ADD: 'packed', DELETE: 'unpacked', OBSERVE: 'observed' },
  AssociationEvent: { ADD: 'fixed', DELETE: 'unfixed', OBSERVE: 'observed' },
} as const
const THINGS = { ADD: 'made', OBSERVE: 'observed', DELETE: 'ended' } as const

function goodsOf(event: EpcisEvent): GoodsLink[] {
  switch (event.type) {
    case 'ObjectEvent':
      return things(THINGS[event.action], event.epcList, event.quantityList)
    case 'TransactionEvent':
      return [...parent(event.parentID, 'observed'), ...things('observed', event.epcList, event.quantityList)]
    case 'AggregationEvent':
    case 'AssociationEvent': {
      const children = things(CONTENTS[event.type][event.action], event.childEPCs, event.childQuantityList)
      const all = event.action === 'DELETE' && children.length === 0
      return [...parent(event.parentID, all ? 'emptied' : 'parent'), ...children]
    }
    case 'TransformationEvent':
      return [
        ...things('input', event.inputEPCList, event.inputQuantityList),
        ...things('output', event.outputEPCList, event.outputQuantityList),
      ]
  }
}

function things(role: LinkRole, epcs: string[] | undefined, quantities: QuantityElement[] | undefined): GoodsLink[] {
  const links: GoodsLink[] = (epcs ?? []).map((epc) => ({ role, subject: subjectFrom(epc).uri }))
  for (const { epcClass, quantity, uom } of quantities ?? [])
    links.push({
      role,
      subject: subjectFrom(epcClass).uri,
      ...(quantity !== undefined && { milli: Math.round(quantity * 1000) }),
      ...(uom !== undefined && { uom }),
    })
  return links
}

function parent(uri: string | undefined, role: LinkRole): GoodsLink[] {
  return uri === undefined ? [] : [{ role, subject: subjectFrom(uri).uri }]
}

function lotsOf(event: EpcisEvent): { item: string; lot: string }[] {
  const made =
    event.type === 'TransformationEvent'
      ? event.outputEPCList
      : event.type === 'ObjectEvent' && event.action === 'ADD'
        ? event.epcList
        : undefined
  const lots: { item: string; lot: string }[] = []
  for (const thing of made ?? []) {
    const { uri, kind } = subjectFrom(thing)
    const lot = kind === 'item' ? lotOfMade(event, thing) : undefined
    if (lot !== undefined) lots.push({ item: uri, lot })
  }
  return lots
}

function party(list: (readonly [string, string])[] | undefined): string | undefined {
  return (list?.find(([type]) => type === 'possessing_party') ?? list?.find(([type]) => type === 'owning_party'))?.[1]
}
