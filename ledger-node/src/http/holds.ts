import { holdUri } from '@tristamp/protocol'
import type { Router } from 'express'
import type { Directory, RecordedHold } from '../directory.ts'
import { LedgerError } from '../error.ts'
import { open } from './headers.ts'
import { routes } from './routes.ts'

/** Of holds that were released, so many are listed: the last. */
const RELEASED = 256

/** `GET /v1/holds` and `/v1/holds/<id>`: what goes no further, as of the last seal, with where the proofs are. */
export function holdRoutes(directory: Directory): Router {
  return routes()
    .get('/v1/holds', open, async (_req, res) => {
      await directory.refresh()
      let released = 0
      const listed = directory.holds().filter((one) => one.released === undefined || ++released <= RELEASED)
      res.setHeader('Cache-Control', 'no-store')
      res.json({ holds: listed.map(view) })
    })
    .get('/v1/holds/:id', open, async (req, res) => {
      await directory.refresh()
      const found = directory.holds().find(({ hold }) => hold.id === req.params['id'])
      if (found === undefined) throw new LedgerError('NOT_FOUND', 'no such hold')
      res.setHeader('Cache-Control', 'no-store')
      res.json(view(found))
    })
}

function view({ hold, entry, position, at, released }: RecordedHold): object {
  const { id } = hold
  return {
    id,
    state: released === undefined ? 'standing' : 'released',
    since: at,
    ...(released !== undefined && { released }),
    hold,
    entry,
    position,
    proofs: {
      history: `/v1/history?subject=${encodeURIComponent(holdUri(id))}`,
      statement: `/v1/statements/${entry}`,
    },
  }
}
