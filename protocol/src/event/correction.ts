import { canonicalJson, type Json } from '../canonical-json.ts'
import type { ProvenEvent } from '../verify/verdict.ts'
import type { StampedEvent } from './types.ts'

/** A recorded event with who signed it, as far as corrections need it. */
export interface SignedStep {
  entry: number
  position: number
  event: StampedEvent
  signer: { org: string; gateway: string }
}

/** A step that its own gateway took back, and what took it back. Both are in the record for good. */
export interface Correction<T extends SignedStep = ProvenEvent> {
  wrong: T
  declaration: T
}

export interface Corrected<T extends SignedStep = ProvenEvent> {
  /** What stands: neither taken back nor a declaration. In the order given. */
  standing: T[]
  corrections: Correction<T>[]
  /** Declarations that take nothing back: no such event, of another gateway, or with other content. */
  idle: T[]
}

/**
 * Sorts out error declarations (docs/spec/event.md, Correction): one takes back the event of the same `eventID` that the same gateway recorded
 * before it and that says otherwise the same. So nobody takes back what another gateway recorded, and nothing changes its content on the way.
 */
export function correctionsOf<T extends SignedStep = ProvenEvent>(events: readonly T[]): Corrected<T> {
  const declarations = events.filter(({ event }) => event.errorDeclaration !== undefined)
  if (declarations.length === 0) return { standing: [...events], corrections: [], idle: [] }
  const corrections: Correction<T>[] = []
  const idle: T[] = []
  const wrong = new Set<T>()
  const numbered = byNumber(events)
  for (const declaration of declarations) {
    const found = numbered.get(declaration.event.eventID)?.find((one) => takesBack(declaration, one))
    if (found === undefined) idle.push(declaration)
    else if (!wrong.has(found)) {
      wrong.add(found)
      corrections.push({ wrong: found, declaration })
    }
  }
  const standing = events.filter((one) => one.event.errorDeclaration === undefined && !wrong.has(one))
  return { standing, corrections, idle }
}

/** Events by their number: one look for each declaration, however many of both there are. */
function byNumber<T extends SignedStep>(events: readonly T[]): Map<string, T[]> {
  const found = new Map<string, T[]>()
  for (const one of events) {
    if (one.event.errorDeclaration !== undefined) continue
    const same = found.get(one.event.eventID)
    if (same === undefined) found.set(one.event.eventID, [one])
    else same.push(one)
  }
  return found
}

function takesBack(declaration: SignedStep, one: SignedStep): boolean {
  const { event, signer } = declaration
  if (one.event.errorDeclaration !== undefined || one.event.eventID !== event.eventID) return false
  const earlier =
    one.entry < declaration.entry || (one.entry === declaration.entry && one.position < declaration.position)
  const own = one.signer.org === signer.org && one.signer.gateway === signer.gateway
  if (!earlier || !own) return false
  const { errorDeclaration: _, ...content } = event
  return canonicalJson(content as unknown as Json) === canonicalJson(one.event as unknown as Json)
}
