import type { RequestHandler, Router } from 'express'
import type { Board } from '../board/board.ts'
import { LedgerError } from '../error.ts'
import { BoardStream } from './board-stream.ts'
import { routes } from './routes.ts'

export interface BoardRouteParts {
  board: Board
  /** Lets through whoever has an operator's token. */
  operator: RequestHandler
  limit: RequestHandler
  log: (text: string) => void
}

/** `GET /v1/board` and `/v1/board/events`: how the node is, once and from then on (docs/spec/http.md#board). */
export function boardRoutes({ board, operator, limit, log }: BoardRouteParts): Router {
  const stream = new BoardStream(board, log)
  return routes()
    .use('/v1/board', limit, operator)
    .get('/v1/board', async (_req, res) => {
      res.json({ holder: res.locals['holder'] as string, ...(await board.state()) })
    })
    .get('/v1/board/events', (_req, res) => {
      if (board.ending.aborted) throw new LedgerError('NODE_STOPPING', 'the node ends')
      // Not squeezed, and not kept back by a proxy: each state is to be seen when it is sent.
      res.setHeader('Cache-Control', 'no-store, no-transform')
      res.setHeader('X-Accel-Buffering', 'no')
      // A node that ends does not wait for the connection to be used again.
      res.setHeader('Connection', 'close')
      res.setHeader('Content-Type', 'text/event-stream; charset=utf-8')
      stream.add(res, res.locals['holder'] as string)
    })
}
