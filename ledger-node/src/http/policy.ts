import { formatPolicy, NO_QUORUM, parseVerifierKey } from '@tristamp/protocol'
import { Router } from 'express'
import type { Ledger } from '../ledger.ts'
import { open, REVALIDATE } from './headers.ts'

/** `GET /v1/policy` (C2SP tlog-policy): the log's key and address, its witnesses, and how many must have signed. */
export function policyRoutes(ledger: Ledger, publicUrl: () => string): Router {
  return Router().get('/v1/policy', open, (_req, res) => {
    const key = parseVerifierKey(ledger.state.genesis!.logKey)
    res.setHeader('Cache-Control', REVALIDATE)
    res.type('text/plain; charset=utf-8')
    res.send(formatPolicy({ logs: [{ key, url: publicUrl() }], witnesses: [], groups: [], quorum: NO_QUORUM }))
  })
}
