import { type RecallKind, recallDeadline } from '@tristamp/protocol'
import express, { type RequestHandler, type Router } from 'express'
import type { Directory, RecordedRecall } from '../directory.ts'
import { LedgerError } from '../error.ts'
import type { Ledger } from '../ledger.ts'
import type { Entries } from '../query/source.ts'
import { RecallAnswers } from '../recall/answers.ts'
import { progressOf } from '../recall/progress.ts'
import { responseFrom, type UnsignedResponse, unsignedProgress } from '../recall/response.ts'
import { frozenAt, stockFacts } from '../recall/stock.ts'
import type { Standing } from '../trace/piles.ts'
import type { Traces } from '../trace/traces.ts'
import type { Kept, RecordBook } from '../unsigned/record-book.ts'
import { open } from './headers.ts'
import { parameter, sizeParameter } from './query.ts'
import { routes } from './routes.ts'
import { sameSite } from './same-site.ts'

export interface RecallProgressParts {
  ledger: Ledger
  entries: Entries
  traces: Traces
  directory: Directory
  /** What came without a key; only where the node keeps a ledger of its own. */
  responses?: RecordBook<UnsignedResponse> | undefined
  /** Who may post, and how often. */
  limit: RequestHandler
  /** Lets regulators through. */
  regulator: RequestHandler
  now: () => number
}

const BODY_BYTES = 4096
/** The newest of what came without a key, on one answer. */
const MAX_RESPONSES = 1000

/** Places of one answer; the totals are over all of them. */
const PLACES = 1000
const MAX_PLACES = 5000

interface Traced {
  treeSize: number
  standings: Standing[]
  unknown: string[]
  incomplete?: string[]
}

/**
 * `GET /v1/recalls/<id>/progress`: how much of it is where (docs/spec/http.md). `POST /v1/recalls/<id>/responses`: an answer without a key; `GET` of the
 * same for regulators.
 */
export function recallProgressRoutes(parts: RecallProgressParts): Router {
  const { ledger, directory, responses, limit, regulator, now } = parts
  const answers = new RecallAnswers(ledger, parts.entries)
  const find = async (id: unknown): Promise<RecordedRecall> => {
    await directory.refresh()
    const found = directory.recalls().find(({ recall }) => recall.id === id)
    if (found === undefined) throw new LedgerError('NOT_FOUND', 'no such recall')
    return found
  }
  const unsigned = (id: string): Kept<UnsignedResponse>[] =>
    (responses?.records ?? []).filter(({ record: { recall } }) => recall === id)
  const traced = async ({ recall, sinceEntry }: RecordedRecall): Promise<Traced> => {
    const scope = { subjects: recall.subjects, since: sinceEntry, frozen: frozenAt(recall) }
    const bytes = await parts.traces.ask({ ask: 'recalled', ...scope, limit: 1 })
    return JSON.parse(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('utf8')) as Traced
  }
  return routes()
    .get('/v1/recalls/:id/progress', open, async (req, res) => {
      const found = await find(req.params['id'])
      const law = lawOf(parameter(req, 'law'))
      const { recall, since, lifted } = found
      const [from, limit] = [sizeParameter(req, 'from'), limitOf(parameter(req, 'limit'))]
      const { treeSize, standings, unknown, incomplete = [] } = await traced(found)
      const told = await ledger.read((sealed) => answers.of(recall.id, sealed))
      // Both as of one tree size: what was answered is of what was there then.
      const isIn = ({ proof }: { proof: { entry: number } }): boolean => proof.entry < treeSize
      const [signed, blocked] = [told.answers.filter(isIn), told.blocked.filter(isIn)]
      const { stock, unrecorded } = stockFacts(standings)
      const progress = progressOf({ stock, answers: signed, blocked })
      const named = (place: string | undefined): object => {
        const name = place === undefined ? undefined : directory.place(place)?.name
        return name === undefined ? {} : { name }
      }
      const cuts = [...incomplete, ...(told.cut ? ['RECALL_ANSWERS'] : [])]
      res.setHeader('Cache-Control', 'no-store')
      res.json({
        id: recall.id,
        treeSize,
        state: lifted === undefined ? 'standing' : 'lifted',
        drill: recall.drill === true,
        class: recall.class,
        since,
        deadline: { law, ...recallDeadline(law, recall.class, Date.parse(since), now()) },
        ...progress,
        totals: { ...progress.totals, ...(progress.uom !== undefined && { uom: progress.uom }) },
        placesTotal: progress.places.length,
        places: progress.places.slice(from, from + limit).map((place) => ({ ...place, ...named(place.place) })),
        others: progress.others.map(({ places, ...table }) => ({
          ...table,
          placesTotal: places.length,
          places: places.slice(from, from + limit).map((place) => ({ ...place, ...named(place.place) })),
        })),
        unrecorded,
        unknown,
        unsigned: unsignedProgress(unsigned(recall.id)),
        ...(cuts.length > 0 && { incomplete: cuts }),
      })
    })
    .get('/v1/recalls/:id/responses', regulator, async (req, res) => {
      const { recall } = await find(req.params['id'])
      const own = unsigned(recall.id)
      const newest = own.slice(-MAX_RESPONSES).reverse()
      res.setHeader('Cache-Control', 'no-store')
      res.json({
        id: recall.id,
        total: own.length,
        responses: newest.map(({ at, record: { recall: _, ...said } }) => ({
          at: new Date(at).toISOString(),
          ...said,
        })),
      })
    })
    .post(
      '/v1/recalls/:id/responses',
      limit,
      sameSite,
      express.json({ limit: BODY_BYTES, strict: true }),
      async (req, res) => {
        const { recall } = await find(req.params['id'])
        if (responses === undefined) throw new LedgerError('FOLLOW_READS', 'answers without a key go to the leader')
        const { at } = await responses.append(responseFrom(recall.id, req.body))
        res.setHeader('Cache-Control', 'no-store')
        res.status(201).json({ recall: recall.id, at: new Date(at).toISOString(), signed: false })
      },
    )
}

function limitOf(text = String(PLACES)): number {
  const limit = /^\d{1,4}$/.test(text) ? Number(text) : 0
  if (limit < 1 || limit > MAX_PLACES) throw new LedgerError('REQUEST_QUERY', `limit: expected 1 to ${MAX_PLACES}`)
  return limit
}

function lawOf(text = 'food'): RecallKind {
  if (text === 'food' || text === 'medicine') return text
  throw new LedgerError('REQUEST_QUERY', 'law: expected food or medicine')
}
