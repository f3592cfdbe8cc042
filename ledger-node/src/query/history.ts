import { buildBundle, parseRecordedEvent, parseStatement } from '@tristamp/protocol'
import type { Ledger, Sealed } from '../ledger.ts'
import type { Entries } from './source.ts'

/** Everything that proves a subject's history, as of the last seal. `since`: the size that the reader remembers. */
export function history(ledger: Ledger, entries: Entries, subject: string, since: number): Promise<Uint8Array> {
  return ledger.readMap((sealed) => buildBundle(subject, entries.source(sealed), since))
}

/** A subject's own events as of the last seal, as JSON that was signed; without the ledger's governance. */
export function eventsOf(
  ledger: Ledger,
  entries: Entries,
  subject: string,
): Promise<{ sealed: Sealed; events: object[] }> {
  return ledger.read(async (sealed) => {
    const events: object[] = []
    for (const { entry, position } of await entries.postings(subject, sealed.seal.height)) {
      const { header } = parseStatement(await entries.bytes(entry))
      if (header.kind !== 'batch') continue
      events.push(parseRecordedEvent(header.kind, (await entries.events(entry))[position]!.event))
    }
    return { sealed, events }
  })
}
