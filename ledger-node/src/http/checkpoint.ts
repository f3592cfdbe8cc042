import { Router } from 'express'
import type { Ledger } from '../ledger.ts'
import { open, REVALIDATE } from './headers.ts'

/** `GET /checkpoint`: the last signed checkpoint (C2SP tlog-tiles). */
export function checkpointRoutes(ledger: Ledger): Router {
  return Router().get('/checkpoint', open, async (_req, res) => {
    const checkpoint = await ledger.read(async (sealed) => sealed.checkpoint)
    res.setHeader('Cache-Control', REVALIDATE)
    res.type('text/plain; charset=utf-8').send(checkpoint)
  })
}
