import type { Bundle, HistoryLink, SubjectHistory } from '../bundle.ts'
import { ProtocolError } from '../error.ts'
import { type AskedRecord, verifyMapProofs } from '../history-multiproof.ts'
import { extended, NO_HISTORY } from '../history-record.ts'
import { keyUri } from '../key.ts'
import { lineage } from '../lineage.ts'
import { holdUri, subjectHash } from '../subject.ts'
import { type OpenedEvent, placeKey } from './check-contents.ts'
import { at } from './failure.ts'

/**
 * Nothing is left out: each history is the whole one that the seal commits to, and no history that belongs to the subject's
 * is missing.
 * @returns the subjects in the lineage, and those of its own: without what is there for the ground of a hold alone
 * @throws ProtocolError HISTORY_PROOF; HISTORY_MISSING, HISTORY_SUBJECT, HISTORY_SIZE, with the subject
 */
export async function checkCompleteness(
  bundle: Bundle,
  events: ReadonlyMap<string, OpenedEvent>,
  historyRoot: Uint8Array,
  subject: string,
): Promise<{ all: string[]; own: string[] }> {
  const histories = new Map(bundle.histories.map((history) => [history.subject, history]))
  const asked = bundle.histories.map((history) => at({ subject: history.subject }, () => recordOf(history, events)))
  verifyMapProofs(historyRoot, asked, bundle.map)
  const eventsOf = (next: string): ReturnType<Parameters<typeof lineage>[1]> =>
    Promise.resolve(at({ subject: next }, () => disclosed(next, histories, events)))
  const all = await lineage(subject, eventsOf)
  checkNothingElse(all, histories, events)
  // Whoever reads a hold itself reads what it rests on.
  return { all, own: subject.startsWith(holdUri('')) ? all : await lineage(subject, eventsOf, false) }
}

/**
 * What stands in no history of the lineage has no business here: nothing proves that its own histories are whole, so a ledger
 * could show a dead key's enrolment without its revocation.
 */
function checkNothingElse(
  subjects: readonly string[],
  histories: ReadonlyMap<string, SubjectHistory>,
  events: ReadonlyMap<string, OpenedEvent>,
): void {
  const linked = new Set(subjects.flatMap((subject) => histories.get(subject)?.links.map(placeKey) ?? []))
  for (const [key, { entry, position }] of events) {
    at({ entry, position }, () => {
      if (!linked.has(key)) throw new ProtocolError('HISTORY_SUBJECT', 'an event that belongs to none of the histories')
    })
  }
}

/** What the map must hold of a subject for this to be all of its history. */
function recordOf({ subject, links, end }: SubjectHistory, events: ReadonlyMap<string, OpenedEvent>): AskedRecord {
  const record = links.reduce(
    (r, link) => extended(r, link.entry, link.position, leafOf(link, subject, events)),
    NO_HISTORY,
  )
  return { key: subjectHash(subject), end, record: links.length === 0 ? undefined : record }
}

function leafOf(link: HistoryLink, subject: string, events: ReadonlyMap<string, OpenedEvent>): Uint8Array {
  if (link.withheld !== undefined) return link.withheld
  const event = events.get(placeKey(link))
  if (event === undefined)
    throw new ProtocolError('HISTORY_MISSING', 'an event of this history is neither shown nor marked as withheld')
  if (!event.subjects.includes(subject))
    throw new ProtocolError('HISTORY_SUBJECT', 'an event in this history is not about its subject')
  return event.leaf
}

function disclosed(
  subject: string,
  histories: ReadonlyMap<string, SubjectHistory>,
  events: ReadonlyMap<string, OpenedEvent>,
): { event: OpenedEvent['event']; signer: string }[] {
  const history = histories.get(subject)
  if (history === undefined) throw new ProtocolError('HISTORY_MISSING', 'a history that belongs here is missing')
  return history.links.flatMap((link) => {
    const opened = link.withheld === undefined ? events.get(placeKey(link)) : undefined
    return opened === undefined ? [] : [{ event: opened.event, signer: keyUri(opened.statement.header.kid) }]
  })
}
