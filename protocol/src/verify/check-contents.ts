import { eventLeaf } from '../batch.ts'
import type { Bundle } from '../bundle.ts'
import { ProtocolError } from '../error.ts'
import { parseRecordedEvent, type RecordedEvent } from '../event/recorded-event.ts'
import { keyUri } from '../key.ts'
import { verifyInclusion } from '../merkle.ts'
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

/** Statements by entry. @throws ProtocolError STATEMENT_*, BUNDLE_MALFORMED (the same entry twice) */
export function openStatements({ statements }: Bundle): Map<number, Statement> {
  const opened = new Map<number, Statement>()
  for (const { entry, bytes } of statements) {
    if (opened.has(entry)) throw new ProtocolError('BUNDLE_MALFORMED', `entry ${entry} stands there twice`)
    opened.set(
      entry,
      at({ entry }, () => parseStatement(bytes)),
    )
  }
  return opened
}

/**
 * Every event must be under its statement's root, and well formed.
 * @throws ProtocolError PROOF_*, EVENT_*, JSON_*, GOVERNANCE_SHAPE, BUNDLE_MALFORMED, with entry and position
 */
export function openEvents({ events }: Bundle, statements: Map<number, Statement>): Map<string, OpenedEvent> {
  const opened = new Map<string, OpenedEvent>()
  for (const { entry, position, salt, event: bytes, path } of events) {
    at({ entry, position }, () => {
      const statement = statements.get(entry)
      if (statement === undefined || opened.has(placeKey({ entry, position }))) {
        throw new ProtocolError('BUNDLE_MALFORMED', 'an event has one statement, and stands there once')
      }
      const leaf = eventLeaf({ salt, event: bytes })
      verifyInclusion(leaf, position, statement.header.count, path, statement.root)
      const event = parseRecordedEvent(statement.header.kind, bytes)
      opened.set(placeKey({ entry, position }), {
        entry,
        position,
        statement,
        leaf,
        event,
        subjects: subjectsOf(event, keyUri(statement.header.kid)),
      })
    })
  }
  return opened
}
