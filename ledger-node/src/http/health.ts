import type { Router } from 'express'
import type { Intake } from '../intake.ts'
import type { Ledger } from '../ledger.ts'
import type { Standing } from '../witness/cosigning.ts'
import { routes } from './routes.ts'

/** `GET /healthz`: 200 while batches can be taken and what was recorded can be read, 503 with the reason while not. */
export function healthRoutes(
  ledger: Ledger,
  intake: Intake,
  version: string,
  witnesses: () => Standing | undefined,
): Router {
  return routes().get('/healthz', (_req, res) => {
    const trouble = intake.trouble ?? ledger.feed.damage
    const { sealed } = ledger
    const cosigned = witnesses()
    res.setHeader('Cache-Control', 'no-store')
    res.status(trouble === undefined ? 200 : 503).json({
      status: trouble === undefined ? 'ok' : 'degraded',
      ...(trouble && { code: trouble.code, detail: trouble.message }),
      version,
      origin: ledger.state.genesis?.origin,
      entries: ledger.size,
      sealed: sealed && { size: sealed.size, height: sealed.seal.height, timeMs: sealed.seal.timeMs },
      // Below the quorum the ledger still takes batches: readers see it too, and decide for themselves.
      ...(cosigned && { witnesses: cosigned }),
    })
  })
}
