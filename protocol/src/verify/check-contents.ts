import { eventLeaf } from '../batch.ts'
import type { Bundle } from '../bundle.ts'
import { ProtocolError } from '../error.ts'
import { parseRecordedEvent, type RecordedEvent } from '../event/recorded-event.ts'
import { keyUri } from '../key.ts'
import { verifyTogether } from '../multiproof.ts'
import { parseStatement, type Statement } from '../statement.ts'
import { subjectsOf } from '../subject.ts'
import { at } from './failure.ts'

/** An event whose bytes are the ones under its statement's root. Who signed the statement is another check. */
export interface OpenedEvent {
  entry: number
  position: number
  statement: Statement
  leaf: Uint8Array
  event: RecordedEvent
  subjects: string[]
}

/** The key of an event's place in the ledger. */
export function placeKey(place: { entry: number; position: number }): string {
  return `${place.entry}/${place.position}`
}

/** Statements by entry. @throws ProtocolError STATEMENT_* */
export function openStatements({ statements }: Bundle): Map<number, Statement> {
  return new Map(statements.map(({ entry, bytes }) => [entry, at({ entry }, () => parseStatement(bytes))]))
}

/**
 * Every event must be under its statement's root, and well formed.
 * @throws ProtocolError PROOF_*, with the entry; EVENT_*, JSON_*, GOVERNANCE_SHAPE, BUNDLE_MALFORMED, with entry and position
 */
export function openEvents(
  { statements: proven, events }: Bundle,
  statements: Map<number, Statement>,
): Map<string, OpenedEvent> {
  const shown = new Map([...statements.keys()].map((entry) => [entry, [] as [number, Uint8Array][]]))
  const leaves = events.map(({ entry, position, salt, event }) =>
    at({ entry, position }, () => {
      const own = shown.get(entry)
      if (own === undefined) throw new ProtocolError('BUNDLE_MALFORMED', 'an event whose statement is not there')
      const leaf = eventLeaf({ salt, event })
      own.push([position, leaf])
      return leaf
    }),
  )
  for (const { entry, beside } of proven) {
    const { header, root } = statements.get(entry)!
    at({ entry }, () => verifyTogether(shown.get(entry)!, header.count, beside, root))
  }
  const opened = new Map<string, OpenedEvent>()
  for (const [i, { entry, position, event: bytes }] of events.entries()) {
    at({ entry, position }, () => {
      const statement = statements.get(entry)!
      const event = parseRecordedEvent(statement.header.kind, bytes)
      const subjects = subjectsOf(event, keyUri(statement.header.kid))
      opened.set(placeKey({ entry, position }), { entry, position, statement, leaf: leaves[i]!, event, subjects })
    })
  }
  return opened
}
