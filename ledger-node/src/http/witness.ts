import { MAX_ADD_CHECKPOINT_BYTES } from '@tristamp/protocol'
import { type RequestHandler, type Router, raw } from 'express'
import { LedgerError } from '../error.ts'
import type { Cosigner } from '../witness/witness.ts'
import { open, REVALIDATE } from './headers.ts'
import { routes } from './routes.ts'

/** A character of a note has at most three bytes in UTF-8. */
const MAX_BODY = 3 * MAX_ADD_CHECKPOINT_BYTES

/**
 * `POST /add-checkpoint` (C2SP tlog-witness), `GET /v1/witness`: the witness's own key, and `GET /witness/<hex SHA-256 of the origin>/checkpoint`:
 * what it cosigned last, for whoever compares.
 */
export function witnessRoutes(witness: Cosigner, limited: RequestHandler, asked: (status: number) => void): Router {
  const body = raw({ type: () => true, limit: MAX_BODY })
  return routes()
    .post('/add-checkpoint', limited, body, async (req, res) => {
      const answer = await witness.addCheckpoint(req.body instanceof Buffer ? req.body : new Uint8Array())
      asked(answer.status)
      res.setHeader('Cache-Control', 'no-store')
      // As bytes: express would add a charset to the type that clients compare.
      res.status(answer.status).setHeader('Content-Type', answer.contentType)
      res.send(Buffer.from(answer.body))
    })
    .get('/v1/witness', open, (_req, res) => {
      res.setHeader('Cache-Control', REVALIDATE)
      res.type('text/plain; charset=utf-8').send(`${witness.vkey}\n`)
    })
    .get('/witness/:origin/checkpoint', open, (req, res) => {
      const note = witness.latest(String(req.params['origin']))
      if (note === undefined) throw new LedgerError('NOT_FOUND', 'nothing was cosigned of this log')
      res.setHeader('Cache-Control', REVALIDATE)
      res.type('text/plain; charset=utf-8').send(note)
    })
}
