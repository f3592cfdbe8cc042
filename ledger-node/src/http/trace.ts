import express, { type Request, type RequestHandler, type Response, type Router } from 'express'
import { LedgerError } from '../error.ts'
import { MAX_DEPTH, MAX_LEGS, MAX_PAGE, PAGE, type TraceQuery } from '../trace/query.ts'
import type { Traces } from '../trace/traces.ts'
import type { Direction } from '../trace/walk.ts'
import { open, REVALIDATE } from './headers.ts'
import { parameter, sizeParameter, subjectOf, subjectParameter, timeParameter } from './query.ts'
import { routes } from './routes.ts'

/** A hundred of the longest subjects, with their brackets. */
const BODY_BYTES = 64 * 1024
/** Candidates on a page: each comes with a way for each leg. */
const CANDIDATES = 20
const MAX_CANDIDATES = 100

const DIRECTIONS: ReadonlyMap<string, Direction[]> = new Map([
  ['back', ['back']],
  ['forward', ['forward']],
  ['both', ['back', 'forward']],
])

/** `/v1/trace`: where goods come from and went, what complaints have in common, where a lot is now, what was in a unit (docs/spec/trace.md). */
export function traceRoutes(traces: Traces, limit: RequestHandler): Router {
  const answer = async (res: Response, query: TraceQuery): Promise<void> => {
    const bytes = await traces.ask(query)
    res.setHeader('Cache-Control', REVALIDATE)
    res.type('application/json').send(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length))
  }
  return routes()
    .get('/v1/trace', open, async (req, res) => {
      const directions = DIRECTIONS.get(parameter(req, 'direction') ?? 'both')
      if (directions === undefined) throw wrong('direction', 'back, forward or both')
      const depth = numberParameter(req, 'depth', 1, MAX_DEPTH) ?? MAX_DEPTH
      await answer(res, { ask: 'trace', subject: subjectParameter(req), directions, depth, ...span(req), ...page(req) })
    })
    .get('/v1/trace/where-now', open, async (req, res) => {
      const [subject, lot] = [parameter(req, 'subject'), parameter(req, 'lot')]
      if ((subject === undefined) === (lot === undefined)) throw wrong('subject', 'either subject or lot')
      const of = subject === undefined ? subjectParameter(req, 'lot') : subjectParameter(req)
      await answer(res, { ask: 'where-now', subject: of, ...page(req) })
    })
    .get('/v1/trace/exposure', open, async (req, res) => {
      const subject = subjectParameter(req, 'unit')
      const [min, max] = [
        numberParameter(req, 'min', -300_000, 300_000),
        numberParameter(req, 'max', -300_000, 300_000),
      ]
      await answer(res, { ask: 'exposure', subject, ...span(req), min, max, ...page(req) })
    })
    .post('/v1/trace/converge', open, limit, express.json({ limit: BODY_BYTES, strict: true }), async (req, res) => {
      await answer(res, convergeQuery(req.body))
    })
}

function convergeQuery(body: unknown): TraceQuery {
  if (typeof body !== 'object' || body === null || Array.isArray(body)) throw wrong('body', 'a JSON object')
  const { subjects, limit = CANDIDATES, cursor, ...others } = body as Record<string, unknown>
  const [other] = Object.keys(others)
  if (other !== undefined) throw wrong(other.slice(0, 64), 'subjects, limit and cursor alone')
  if (!Array.isArray(subjects) || subjects.length < 1 || subjects.length > MAX_LEGS)
    throw wrong('subjects', `1 to ${MAX_LEGS} URIs`)
  if (!Number.isInteger(limit) || (limit as number) < 1 || (limit as number) > MAX_CANDIDATES)
    throw wrong('limit', `1 to ${MAX_CANDIDATES}`)
  if (cursor !== undefined && typeof cursor !== 'string') throw wrong('cursor', 'text')
  const named = subjects.map((subject: unknown) => subjectOf(subject, 'subjects'))
  return { ask: 'converge', subjects: [...new Set(named)], limit: limit as number, cursor }
}

function page(req: Request): { limit: number; cursor: string | undefined } {
  return { limit: numberParameter(req, 'limit', 1, MAX_PAGE) ?? PAGE, cursor: parameter(req, 'cursor') }
}

function span(req: Request): { from: number; to: number } {
  const from = timeParameter(req, 'from') ?? Number.NEGATIVE_INFINITY
  const to = timeParameter(req, 'to') ?? Number.POSITIVE_INFINITY
  if (from > to) throw wrong('from', 'a time that is not after to')
  return { from, to }
}

function numberParameter(req: Request, name: string, least: number, most: number): number | undefined {
  const text = parameter(req, name)
  if (text === undefined) return undefined
  const negative = text.startsWith('-')
  if (!/^-?\d{1,9}$/.test(text)) throw wrong(name, 'a whole number')
  const value = negative ? Number(text) : sizeParameter(req, name)
  if (value < least || value > most) throw wrong(name, `${least} to ${most}`)
  return value
}

function wrong(name: string, expected: string): LedgerError {
  return new LedgerError('REQUEST_QUERY', `${name}: expected ${expected}`)
}
