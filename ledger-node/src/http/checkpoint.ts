import { Router } from 'express'
import { LedgerError } from '../error.ts'
import type { Ledger } from '../ledger.ts'
import { open, REVALIDATE } from './headers.ts'

/** `GET /checkpoint`: the last signed checkpoint (C2SP tlog-tiles). */
export function checkpointRoutes(ledger: Ledger): Router {
  return Router().get('/checkpoint', open, (_req, res) => {
    // What was shown stays true whatever happens now, so this asks nothing of the disk.
    if (ledger.sealed === undefined) throw new LedgerError('NODE_DEGRADED', 'no checkpoint is published at present')
    res.setHeader('Cache-Control', REVALIDATE)
    res.type('text/plain; charset=utf-8').send(ledger.sealed.checkpoint)
  })
}
