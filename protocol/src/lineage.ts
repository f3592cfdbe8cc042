import { ProtocolError } from './error.ts'
import type { Operation } from './event/governance-types.ts'
import type { AnyEvent, EpcisEvent } from './event/types.ts'
import {
  bootUri,
  holdUri,
  keysOf,
  lotOf,
  organisationUri,
  productOf,
  publicKeyUri,
  recallUri,
  subjectKind,
} from './subject.ts'
import { isDoubtful } from './time/doubt.ts'

/** An event, and the URI of the key that signed it. */
export interface SignedEvent {
  event: AnyEvent
  signer: string
}

/** Subjects that one history may reach. A product has some tens; the bound keeps a hostile ledger from making readers walk for ever. */
export const MAX_LINEAGE = 512

/**
 * Every subject whose history belongs to this one's: what it was made of, its lot, the units it was packed in, the end of every recall, and for every
 * event who signed it, what its place is called, and what is known of its clock where that is in doubt. Ledger and reader call the same function, so the reader notices when the
 * ledger leaves a branch out.
 * @param grounds whether the grounds of holds are followed: what they rest on must be whole, and is not the subject's own history
 * @throws ProtocolError HISTORY_SIZE
 */
export async function lineage(
  root: string,
  eventsOf: (subject: string) => Promise<readonly SignedEvent[]>,
  grounds = true,
): Promise<string[]> {
  const reached = new Set([root])
  // A Set is walked in the order of insertion, also over what is added on the way: this is the breadth-first queue.
  for (const subject of reached) {
    if (reached.size > MAX_LINEAGE) throw new ProtocolError('HISTORY_SIZE', `more than ${MAX_LINEAGE} subjects`)
    for (const { event, signer } of await eventsOf(subject)) {
      reached.add(signer)
      for (const next of leadsTo(subject, event, grounds)) reached.add(next)
      for (const boot of bootOf(event, signer)) reached.add(boot)
    }
  }
  return [...reached]
}

function leadsTo(subject: string, event: AnyEvent, grounds: boolean): string[] {
  if (event.type === 'TristampReport') return []
  return event.type === 'TristampGovernance' ? ofOperation(event.operation, grounds) : ofGoods(subject, event)
}

/** A doubtful clock leads to its boot, where an anchor stands or provably none does. */
function bootOf(event: AnyEvent, signer: string): string[] {
  if (event.type === 'TristampGovernance' || event.type === 'TristampReport') return []
  const clock = event['tristamp:clock']
  return clock !== undefined && isDoubtful(clock) ? [bootUri(signer, clock.bootId)] : []
}

/**
 * Names are given by organisations, which are enrolled by the administrators that the genesis names. A station leads to every key
 * that was ever enrolled there: whether a name was free is a matter of when the others ended.
 */
function ofOperation(operation: Operation, grounds: boolean): string[] {
  switch (operation.op) {
    case 'enrol-gateway':
      return [organisationUri(operation.org), operation.station, publicKeyUri(operation.key)]
    case 'register-place':
    case 'register-product':
      return [organisationUri(operation.org)]
    case 'genesis':
    case 'rotate-key':
      return keysOf(operation)
    case 'recall':
      // Its other wordings and its end; and the name of who recalls.
      return [recallUri(operation.id), organisationUri(operation.org)]
    case 'hold':
      // Its end, and everything by which its ground is reckoned again.
      return [
        holdUri(operation.id),
        organisationUri(operation.org),
        ...(grounds && operation.ground !== undefined ? [operation.ground.product, ...operation.ground.way] : []),
      ]
    default:
      return []
  }
}

function ofGoods(subject: string, event: EpcisEvent): string[] {
  const lot = lotOf(event, subject)
  const product = productOf(subject)
  return [
    ...(lot === undefined ? [] : [lot]),
    ...(product === undefined ? [] : [product]),
    ...placesOf(event),
    ...madeOf(subject, event),
    ...packedIn(subject, event),
  ]
}

function placesOf(event: EpcisEvent): string[] {
  return [event.readPoint?.id, event.bizLocation?.id].filter((id): id is string => id?.startsWith('https:') === true)
}

function madeOf(subject: string, event: EpcisEvent): string[] {
  if (event.type !== 'TransformationEvent') return []
  const outputs = [...(event.outputEPCList ?? []), ...classes(event.outputQuantityList)]
  if (!outputs.includes(subject) && !outputs.some((output) => lotOf(event, output) === subject)) return []
  return [...(event.inputEPCList ?? []), ...classes(event.inputQuantityList)]
}

/** The logistic units that it travelled in. What else was in them is not its history, so only upwards. */
function packedIn(subject: string, event: EpcisEvent): string[] {
  if (event.type !== 'AggregationEvent' || event.parentID === undefined) return []
  const children = [...(event.childEPCs ?? []), ...classes(event.childQuantityList)]
  const parent = subjectKind(event.parentID)
  if (!children.includes(subject)) return []
  return parent === 'unit' || parent === 'asset' || parent === 'place' ? [event.parentID] : []
}

function classes(list: readonly { epcClass: string }[] | undefined): string[] {
  return (list ?? []).map((q) => q.epcClass)
}
