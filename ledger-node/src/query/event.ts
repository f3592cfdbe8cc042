import { fromUtf8, parseStatement, toBase64Url } from '@tristamp/protocol'
import { uuidBytes } from '../contents.ts'
import type { Ledger } from '../ledger.ts'
import type { Entries } from './source.ts'

/** An event where it stands in the ledger, with what is needed to check it against the log by hand. */
export interface EventRecord {
  entry: number
  position: number
  signer: { kid: string; uri: string }
  /** The COSE_Sign1, base64url. */
  statement: string
  salt: string
  event: unknown
}

/** Every sealed event with this eventID: the original, and corrections that repeat it. */
export function eventsById(ledger: Ledger, entries: Entries, eventID: string): Promise<EventRecord[]> {
  return ledger.read(async ({ size }) => {
    const found = (await entries.withId(uuidBytes(eventID))).filter(({ entry }) => entry < size)
    return Promise.all(
      found.map(async ({ entry, position }) => {
        const statement = await entries.bytes(entry)
        const { header } = parseStatement(statement)
        const { salt, event } = (await entries.events(entry))[position]!
        return {
          entry,
          position,
          signer: { kid: toBase64Url(header.kid), uri: header.iss },
          statement: toBase64Url(statement),
          salt: toBase64Url(salt),
          event: JSON.parse(fromUtf8(event)) as unknown,
        }
      }),
    )
  })
}
