import type { Json } from '../canonical-json.ts'
import { isSealable } from '../sealed-item.ts'
import { isObject, refuse } from './check.ts'
import { member } from './trail.ts'
import type { EpcisEvent } from './types.ts'

const FIELD = 'tristamp:sealed'
// 32 bytes in base64url, the last character with its two pad bits zero: one commitment has one text.
const COMMITMENT = /^[A-Za-z0-9_-]{42}[AEIMQUYcgkosw048]$/

/**
 * Checks the commitments of an event to sealed codes: of items alone, which it makes or packs, one each.
 * @throws ProtocolError EVENT_FIELD_VALUE
 */
export function checkSealedItems(event: EpcisEvent): void {
  const sealed = event[FIELD] as Json | undefined
  if (sealed === undefined) return
  if (!isObject(sealed)) bad(FIELD, 'expected commitments by item')
  const names = Object.keys(sealed)
  if (names.length === 0) bad(FIELD, 'no item, and then the member is left out')
  const listed = new Set(itemsBegun(event))
  for (const name of names) {
    const field = member(FIELD, name)
    if (!listed.has(name) || !isSealable(name)) bad(field, 'not an item that this event makes or packs')
    const commitment = sealed[name]
    if (typeof commitment !== 'string' || !COMMITMENT.test(commitment)) bad(field, 'expected 32 bytes in base64url')
  }
}

/** The things that can be sealed in an event: those that begin in it, or that it puts into something. */
export function itemsBegun(event: EpcisEvent): readonly string[] {
  if (event.type === 'ObjectEvent' && event.action === 'ADD') return event.epcList ?? []
  if (event.type === 'AggregationEvent' && event.action === 'ADD') return event.childEPCs ?? []
  if (event.type === 'TransformationEvent') return event.outputEPCList ?? []
  return []
}

function bad(field: string, what: string): never {
  return refuse('EVENT_FIELD_VALUE', field, what)
}
