import type { Router } from 'express'
import type { Ledger } from '../ledger.ts'
import { governanceOf } from '../query/governance.ts'
import type { Entries } from '../query/source.ts'
import { open } from './headers.ts'
import { routes } from './routes.ts'

/** `GET /v1/governance`: who governs the ledger, what waits for whom, and what was done lately. */
export function governanceRoutes(ledger: Ledger, entries: Entries): Router {
  return routes().get('/v1/governance', open, async (_req, res) => {
    const governance = await governanceOf(ledger, entries)
    res.setHeader('Cache-Control', 'no-store')
    res.json(governance)
  })
}
