import type { Request, Router } from 'express'
import { LedgerError } from '../error.ts'
import type { SigningKey } from '../keys.ts'
import type { Ledger } from '../ledger.ts'
import { receipted, tlogProof } from '../query/proof.ts'
import type { Entries } from '../query/source.ts'
import { open, REVALIDATE } from './headers.ts'
import { routes } from './routes.ts'

/**
 * Proof files of one entry: `GET /v1/statements/<entry>/proof`, a tlog-proof; and where the log's key is, `…/receipt` its receipt and
 * `GET /v1/statements/<entry>` the statement with that receipt in it.
 */
export function proofRoutes(ledger: Ledger, entries: Entries, logKey: SigningKey | undefined): Router {
  const router = routes()
  router.get('/v1/statements/:entry/proof', open, async (req, res) => {
    const proof = await tlogProof(ledger, entries, entryOf(req))
    res.setHeader('Cache-Control', REVALIDATE)
    res.type('text/plain; charset=utf-8').send(proof)
  })
  if (logKey === undefined) return router
  router.get('/v1/statements/:entry', open, async (req, res) => {
    const { transparent } = await receipted(ledger, entries, entryOf(req), logKey)
    res.setHeader('Cache-Control', REVALIDATE)
    res.type('application/scitt-statement+cose').send(Buffer.from(transparent))
  })
  router.get('/v1/statements/:entry/receipt', open, async (req, res) => {
    const { receipt } = await receipted(ledger, entries, entryOf(req), logKey)
    res.setHeader('Cache-Control', REVALIDATE)
    res.type('application/scitt-receipt+cose').send(Buffer.from(receipt))
  })
  return router
}

function entryOf(req: Request): number {
  const text = String(req.params['entry'])
  if (!/^(?:0|[1-9]\d{0,14})$/.test(text)) throw new LedgerError('REQUEST_QUERY', 'expected the number of an entry')
  return Number(text)
}
