import express, { type Request, type RequestHandler, type Router } from 'express'
import { MAX_QUESTION, type Question, readQuestion } from '../desk/question.ts'
import { type SearchParts, searchFor } from '../desk/search.ts'
import { LedgerError } from '../error.ts'
import { parameter, sizeParameter } from './query.ts'
import { routes } from './routes.ts'

export interface DeskParts extends SearchParts {
  /** Lets through whoever has a regulator's token. */
  regulator: RequestHandler
  limit: RequestHandler
  log: (text: string) => void
}

/** Subjects on a page of results. */
const PAGE = 20
const MAX_PAGE = 100
const NOTHING: Question = { exact: [], labels: [], text: '' }
/** Longer nobody waited before they looked elsewhere. */
const MAX_WAIT_MS = 3_600_000

/** `/v1/desk/…`: what the regulator's desk asks beside what is public (docs/spec/http.md#desk). */
export function deskRoutes({ regulator, limit, log, ...parts }: DeskParts): Router {
  const { ledger } = parts
  return routes()
    .use('/v1/desk', limit, regulator)
    .get('/v1/desk', (_req, res) => {
      // While a person begins to type, the index comes up to date: of a million events that takes seconds the first time.
      searchFor(parts, NOTHING, 1, undefined).catch(() => undefined)
      res.json({ name: res.locals['holder'] as string, origin: ledger.state.genesis!.origin })
    })
    .get('/v1/desk/search', async (req, res) => {
      const begin = performance.now()
      const typed = questionParameter(req)
      const question = readQuestion(typed, offsetParameter(req))
      const answer = await searchFor(parts, question, limitParameter(req), parameter(req, 'cursor'))
      const tookMs = Math.round(10 * (performance.now() - begin)) / 10
      // Pages ask for the names of subjects by their URIs: nobody waits for these.
      if (question.exact[0] !== typed) log(`desk: a question answered in ${tookMs} ms, ${answer.total} found`)
      res.json({ ...answer, tookMs })
    })
    .post('/v1/desk/answered', express.json({ limit: 1024, strict: true }), (req, res) => {
      const ms = waitOf(req.body)
      log(`desk: ${(ms / 1000).toFixed(2)} s from question to first answer`)
      res.status(204).end()
    })
}

function questionParameter(req: Request): string {
  const text = parameter(req, 'q') ?? ''
  if (text.trim() === '' || text.length > MAX_QUESTION)
    throw new LedgerError('REQUEST_QUERY', `q: expected 1 to ${MAX_QUESTION} characters`)
  return text
}

/** `zone`, as events have it: days are those of whoever asks. UTC unless told. */
function offsetParameter(req: Request): number {
  const text = parameter(req, 'zone')
  if (text === undefined) return 0
  const [, sign, hours, minutes] = /^([+-])(0\d|1[0-4]):([0-5]\d)$/.exec(text) ?? []
  if (sign === undefined) throw new LedgerError('REQUEST_QUERY', 'zone: expected an offset from UTC, +08:00')
  return (sign === '-' ? -60_000 : 60_000) * (60 * Number(hours) + Number(minutes))
}

function limitParameter(req: Request): number {
  if (parameter(req, 'limit') === undefined) return PAGE
  const limit = sizeParameter(req, 'limit')
  if (limit < 1 || limit > MAX_PAGE) throw new LedgerError('REQUEST_QUERY', `limit: expected 1 to ${MAX_PAGE}`)
  return limit
}

function waitOf(body: unknown): number {
  const ms = typeof body === 'object' && body !== null ? (body as { ms?: unknown }).ms : undefined
  if (typeof ms !== 'number' || !(ms >= 0 && ms <= MAX_WAIT_MS))
    throw new LedgerError('REQUEST_QUERY', `ms: expected 0 to ${MAX_WAIT_MS}`)
  return ms
}
