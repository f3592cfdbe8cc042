import type { Router } from 'express'
import type { Sender } from '../intake.ts'
import type { Ledger } from '../ledger.ts'
import { gatewayKeys, keyView } from '../query/key.ts'
import type { StatusBoard } from '../status.ts'
import { open } from './headers.ts'
import { routes } from './routes.ts'

/** `GET /v1/gateways`: every enrolled gateway key, how far its chain is, and what the gateway last said of itself. */
export function gatewayRoutes(ledger: Ledger, board: StatusBoard): Router {
  return routes().get('/v1/gateways', open, (_req, res) => {
    const gateways = gatewayKeys(ledger.state).map((key) => {
      const last = key.status === 'active' ? board.of({ org: key.org, gateway: key.gateway } as Sender) : undefined
      const lastSeq = key.nextSeq === 0 ? null : key.nextSeq - 1
      return {
        ...keyView(key),
        lastSeq,
        status: key.status,
        health: last?.status ?? null,
        healthAtMs: last?.receivedAtMs ?? null,
      }
    })
    res.setHeader('Cache-Control', 'no-store')
    res.json({ gateways })
  })
}
