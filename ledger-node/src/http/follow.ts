import type { Router } from 'express'
import { LedgerError, SENTENCES } from '../error.ts'
import type { Follower } from '../follow/follower.ts'
import type { Ledger } from '../ledger.ts'
import { sendProblem } from './problem.ts'
import { routes } from './routes.ts'

/**
 * What a follower answers in its own way: `POST /v1/statements` names the leader, as nothing is recorded here, and `GET /healthz` says how far it
 * follows: 200 while there is nothing wrong, also while the leader cannot be reached and the last good state is served; 503 once it diverged, or
 * once a reader has met damage in its own files.
 */
export function followRoutes(ledger: Ledger, follower: Follower, version: string): Router {
  return routes()
    .post('/v1/statements', (_req, res) => {
      const { leader } = follower.status
      const title = SENTENCES.FOLLOW_READS.en
      sendProblem(res, { status: 421, code: 'FOLLOW_READS', title, detail: `its leader is ${leader}`, leader })
    })
    .get('/v1/governance', (_req, _res, next) => {
      // Before the first state there is no genesis to tell of.
      next(
        ledger.sealed === undefined ? new LedgerError('NODE_DEGRADED', 'nothing has been reproduced yet') : undefined,
      )
    })
    .get('/healthz', (_req, res) => {
      const { state, code, detail, ...follow } = follower.status
      const { sealed } = ledger
      const { damage } = ledger.feed
      // What it has found out about its leader goes before what is wrong with itself.
      const own = state !== 'diverged' && damage && { status: 'degraded', code: damage.code, detail: damage.message }
      res.setHeader('Cache-Control', 'no-store')
      res.status(state === 'diverged' || own ? 503 : 200).json({
        status: state,
        ...(code !== undefined && { code, detail }),
        ...own,
        version,
        origin: ledger.state.genesis?.origin,
        entries: ledger.size,
        sealed: sealed && { size: sealed.size, height: sealed.seal.height, timeMs: sealed.seal.timeMs },
        follow,
      })
    })
}
