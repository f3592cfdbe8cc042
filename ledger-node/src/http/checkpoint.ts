import type { Router } from 'express'
import { LedgerError } from '../error.ts'
import type { Ledger } from '../ledger.ts'
import { IMMUTABLE, open, REVALIDATE } from './headers.ts'
import { routes } from './routes.ts'

const TEXT = 'text/plain; charset=utf-8'

/** The log's own signature over an earlier state; undefined where there was none. */
export type Earlier = (size: number) => Promise<string | undefined>

/**
 * `GET /checkpoint`: the last signed checkpoint (C2SP tlog-tiles), and `GET /v1/checkpoints/<size>`: one of an earlier state that ended in a seal,
 * signed by the log alone, for whoever checks a long ledger piece by piece.
 */
export function checkpointRoutes(ledger: Ledger, earlier: Earlier): Router {
  return routes()
    .get('/checkpoint', open, (_req, res) => {
      // What was shown stays true whatever happens now, so this asks nothing of the disk.
      if (ledger.sealed === undefined) throw new LedgerError('NODE_DEGRADED', 'no checkpoint is published at present')
      res.setHeader('Cache-Control', REVALIDATE)
      res.type(TEXT).send(ledger.sealed.checkpoint)
    })
    .get('/v1/checkpoints/:size', open, async (req, res) => {
      const size = String(req.params['size'])
      const note = /^[1-9]\d{0,14}$/.test(size) ? await earlier(Number(size)) : undefined
      if (note === undefined) throw new LedgerError('NOT_FOUND', 'no sealed state of this size was signed here')
      res.setHeader('Cache-Control', IMMUTABLE)
      res.type(TEXT).send(note)
    })
}
