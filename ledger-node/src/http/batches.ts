import { encodeEventSequence, LIMITS, type SaltedEvent } from '@tristamp/protocol'
import type { Router } from 'express'
import { LedgerError } from '../error.ts'
import type { Ledger } from '../ledger.ts'
import type { Entries } from '../query/source.ts'
import { IMMUTABLE, open } from './headers.ts'
import { sizeParameter } from './query.ts'
import { routes } from './routes.ts'

/** Entries in one answer, and bytes of events after which it ends: some of them may be missing at its end, never in between. */
const MAX_ENTRIES = 4096
const MAX_BYTES: number = LIMITS.batchBytes

/**
 * `GET /v1/batches?from=<entry>&to=<entry>`: the salted events of consecutive entries, for whoever follows or audits the ledger.
 * As many entries as fit, at least one; a function of the request alone, so that it can be kept for ever.
 */
export function batchRoutes(ledger: Ledger, entries: Entries): Router {
  return routes().get('/v1/batches', open, async (req, res) => {
    const [from, to] = [sizeParameter(req, 'from'), sizeParameter(req, 'to')]
    if (from >= to) throw new LedgerError('REQUEST_QUERY', 'from: expected a number below to')
    // What is signed and not yet published too: a follower must have it before it can cosign.
    if (to > (ledger.latest?.size ?? 0)) throw new LedgerError('NOT_FOUND', 'the log is not that long yet')
    const bytes = encodeEventSequence(await collect(entries, from, Math.min(to, from + MAX_ENTRIES)))
    res.setHeader('Cache-Control', IMMUTABLE)
    res.type('application/cbor-seq').send(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length))
  })
}

async function collect(entries: Entries, from: number, to: number): Promise<SaltedEvent[][]> {
  const collected: SaltedEvent[][] = []
  let bytes = 0
  for (let entry = from; entry < to; entry++) {
    const events = await entries.events(entry)
    bytes += events.reduce((sum, { event }) => sum + event.length, 0)
    if (collected.length > 0 && bytes > MAX_BYTES) break
    collected.push(events)
  }
  return collected
}
