import { formatPolicy, type Policy } from '@tristamp/protocol'
import { Router } from 'express'
import { open, REVALIDATE } from './headers.ts'

/** `GET /v1/policy` (C2SP tlog-policy): the log's key and address, its witnesses, and how many must have signed. */
export function policyRoutes(policy: () => Policy): Router {
  return Router().get('/v1/policy', open, (_req, res) => {
    res.setHeader('Cache-Control', REVALIDATE)
    res.type('text/plain; charset=utf-8')
    res.send(formatPolicy(policy()))
  })
}
