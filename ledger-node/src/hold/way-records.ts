import { type EpcisEvent, parseStatement, type StampedEvent, toHex } from '@tristamp/protocol'
import type { Ledger } from '../ledger.ts'
import type { Entries } from '../query/source.ts'

/** A recorded event of goods with who signed it. */
export interface WayRecord {
  entry: number
  position: number
  event: StampedEvent
  signer: { org: string; gateway: string }
}

/** The sealed events of goods in the histories of these subjects, each once. @throws ProtocolError HISTORY_SIZE */
export function recordsOf(ledger: Ledger, entries: Entries, subjects: readonly string[]): Promise<WayRecord[]> {
  return ledger.read(async ({ seal }) => {
    const found = new Map<string, WayRecord>()
    for (const subject of subjects) {
      for (const { entry, position } of await entries.postings(subject, seal.height)) {
        const place = `${entry}.${position}`
        if (found.has(place)) continue
        const { kid, kind } = parseStatement(await entries.bytes(entry)).header
        if (kind !== 'batch') continue
        const event = JSON.parse(Buffer.from((await entries.events(entry))[position]!.event).toString('utf8')) as
          | (EpcisEvent & StampedEvent)
          | { type: 'TristampReport' }
        if (event.type === 'TristampReport') continue
        const { org = '', gateway = '' } = ledger.state.keys.get(toHex(kid)) ?? {}
        found.set(place, { entry, position, event, signer: { org, gateway } })
      }
    }
    return [...found.values()]
  })
}
