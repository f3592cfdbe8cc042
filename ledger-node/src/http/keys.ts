import { fromBase64Url } from '@tristamp/protocol'
import type { Router } from 'express'
import { LedgerError } from '../error.ts'
import type { Ledger } from '../ledger.ts'
import { findKey } from '../query/key.ts'
import { open } from './headers.ts'
import { routes } from './routes.ts'

/** `GET /v1/keys/<kid>` (base64url): a key's state, with everything that has been acknowledged. */
export function keyRoutes(ledger: Ledger): Router {
  return routes().get('/v1/keys/:kid', open, (req, res) => {
    const key = findKey(ledger.state, kidFrom(String(req.params['kid'])))
    if (key === undefined) throw new LedgerError('NOT_FOUND', 'no such key is enrolled')
    res.setHeader('Cache-Control', 'no-store')
    res.json(key)
  })
}

function kidFrom(text: string): Uint8Array {
  if (!/^[A-Za-z0-9_-]{43}$/.test(text))
    throw new LedgerError('REQUEST_QUERY', 'expected a key thumbprint in base64url')
  return fromBase64Url(text)
}
