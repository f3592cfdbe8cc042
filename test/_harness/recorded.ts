import { isSeal, parseStatement, type Statement, statementLeaf, toHex } from '@tristamp/protocol'
import { readSegment } from './segments.ts'

/** A statement as it stands on a ledger's disk, with its events. */
export interface Recorded {
  entry: number
  statement: Statement
  /** Leaf hash, hex. */
  leaf: string
  events: { eventID: string; epcList?: string[] }[]
}

const SALT_BYTES = 16

/**
 * Everything that one key signed, in the order of the log, read from the files without the ledger's own code. An entry of which the events
 * were cut short is none.
 */
export function recordedBy(data: string, kid: Uint8Array): Recorded[] {
  const { records: bodies } = readSegment(data, 'bodies')
  const recorded: Recorded[] = []
  let body = 0
  for (const [entry, bytes] of readSegment(data, 'entries').records.entries()) {
    if (isSeal(bytes)) continue
    const statement = parseStatement(new Uint8Array(bytes))
    const { count } = statement.header
    const events = bodies.slice(body, body + count).map((b) => JSON.parse(b.toString('utf8', SALT_BYTES)))
    if (events.length < count) break
    body += count
    if (toHex(statement.header.kid) === toHex(kid))
      recorded.push({ entry, statement, leaf: toHex(statementLeaf(statement.bytes)), events })
  }
  return recorded
}
