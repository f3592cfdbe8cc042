import { formatPolicy, type Policy } from '@tristamp/protocol'
import type { Router } from 'express'
import { open, REVALIDATE } from './headers.ts'
import { routes } from './routes.ts'

/** `GET /v1/policy` (C2SP tlog-policy): the log's key and address, its witnesses, and how many must have signed. */
export function policyRoutes(policy: () => Policy): Router {
  return routes().get('/v1/policy', open, (_req, res) => {
    res.setHeader('Cache-Control', REVALIDATE)
    res.type('text/plain; charset=utf-8')
    res.send(formatPolicy(policy()))
  })
}
