import { fromUtf8 } from '@tristamp/protocol'
import type { ExportScope, StoredEvent } from './exported-event.ts'

/** What the names in the events mean: EPCIS 2.0's own context, and the prefixes that our events use. */
export const EPCIS_CONTEXT: readonly (string | Record<string, string>)[] = [
  'https://ref.gs1.org/standards/epcis/epcis-context.jsonld',
  { tristamp: 'urn:tristamp:terms:', cbvmda: 'urn:epcglobal:cbv:mda:' },
]

/**
 * An EPCISDocument (EPCIS 2.0, JSON-LD) with every event exactly as it was signed: whoever cuts one out has its canonical bytes. What the
 * document is of, and what was left out, stands in `tristamp:export` at its end.
 */
export async function* epcisLines(scope: ExportScope, events: AsyncIterable<StoredEvent>): AsyncGenerator<string> {
  const head = {
    '@context': EPCIS_CONTEXT,
    type: 'EPCISDocument',
    schemaVersion: '2.0',
    creationDate: scope.checkpoint.sealedAt,
  }
  yield `${JSON.stringify(head).slice(0, -1)},"epcisBody":{"eventList":[`
  let first = true
  for await (const { bytes } of events) {
    yield `${first ? '\n' : ',\n'}${fromUtf8(bytes)}`
    first = false
  }
  // Last, for only now is it known what did not fit.
  yield `\n]},"tristamp:export":${JSON.stringify(scope)}}\n`
}
