import express, { type Request, type RequestHandler, type Router } from 'express'
import { COMPLAINT_KINDS, complaintFrom } from '../complaints/complaint.ts'
import { CONTACT_DAYS, type ComplaintBook } from '../complaints/complaint-book.ts'
import { LedgerError } from '../error.ts'
import type { Ledger } from '../ledger.ts'
import type { Entries } from '../query/source.ts'
import { blockOf, clientNetwork } from '../scans/client-network.ts'
import { OnceADay } from '../scans/once-a-day.ts'
import { parameter, sizeParameter } from './query.ts'
import type { RequestLimits } from './rate-limit.ts'
import { routes } from './routes.ts'
import { sameSite } from './same-site.ts'

export interface ComplaintParts {
  ledger: Ledger
  entries: Entries
  complaints: ComplaintBook
  limit: RequestHandler
  limits: RequestLimits
  /** Lets regulators, and whoever runs the node, through. */
  regulator: RequestHandler
  operator: RequestHandler
  now: () => number
}

/** A thousand characters of three bytes, and as many escapes. */
const BODY_BYTES = 8192
/** Of one network in a day: in all, and of one subject. */
const A_DAY = 20
const OF_ONE_A_DAY = 3
/** Of one provider’s block in a day: who rents one does not write all that is read. */
const OF_BLOCK_A_DAY = 500
const ID = /^[A-Za-z0-9_-]{16}$/
const PAGE = 100
const MAX_PAGE = 500

/** `POST /v1/reports`: a problem with goods, from anyone. `GET /v1/desk/reports`, `GET /v1/reports`: all of them, for those who are to act (docs/spec/http.md). */
export function complaintRoutes(parts: ComplaintParts): Router {
  const { ledger, entries, complaints, limit, limits, regulator, operator } = parts
  const today = new OnceADay(parts.now)
  const list: RequestHandler = (req, res) => {
    const { total, page } = asked(req, complaints.newest())
    res.setHeader('Cache-Control', 'no-store')
    res.json({ total, contactDays: CONTACT_DAYS, reports: page })
  }
  const listDeleted: RequestHandler = (req, res) => {
    const { total, page } = asked(req, complaints.deletions())
    res.setHeader('Cache-Control', 'no-store')
    res.json({ total, deleted: page })
  }
  return routes()
    .get('/v1/desk/reports', regulator, list)
    .get('/v1/desk/reports/deleted', regulator, listDeleted)
    .get('/v1/reports', operator, list)
    .get('/v1/reports/deleted', operator, listDeleted)
    .delete('/v1/reports/:id', operator, async (req, res) => {
      const { id } = req.params
      const by = String(res.locals['holder'])
      if (typeof id !== 'string' || !ID.test(id) || !(await complaints.remove(id, by)))
        throw new LedgerError('NOT_FOUND', 'no report of this id')
      res.status(204).end()
    })
    .post('/v1/reports', limit, sameSite, express.json({ limit: BODY_BYTES, strict: true }), async (req, res) => {
      const { complaint, contact, leftOut } = complaintFrom(req.body)
      const { subject } = complaint
      const network = clientNetwork(req, limits.addressHeader)
      const marks: [string, string, number][] = [
        [network, '', A_DAY],
        [network, subject, OF_ONE_A_DAY],
        [`/${blockOf(network)}`, '', OF_BLOCK_A_DAY],
      ]
      // Where no more can be remembered of this day, nobody is refused for it: somebody may have fallen ill.
      if (marks.some(([who, what, most]) => (today.times(who, what) ?? 0) >= most))
        throw new LedgerError('REQUEST_RATE', `at most ${A_DAY} reports a day, ${OF_ONE_A_DAY} of one subject`)
      const taken = marks.filter(([who, what]) => today.times(who, what) !== undefined)
      for (const [who, what] of taken) today.take(who, what)
      try {
        const recorded = await ledger.read(({ seal }) => entries.isRecorded(subject, seal.height))
        const { at, record } = await complaints.add({ ...complaint, recorded }, contact)
        res.setHeader('Cache-Control', 'no-store')
        const answer = { id: record.id, at: new Date(at).toISOString(), signed: false }
        res.status(201).json({ ...answer, ...(leftOut > 0 && { leftOut }) })
      } catch (error) {
        for (const [who, what] of taken) today.giveBack(who, what)
        throw error
      }
    })
}

/** What a request asks for of a list. @throws LedgerError REQUEST_QUERY */
function asked<T extends { kind: string; subject: string }>(
  req: Request,
  list: readonly T[],
): { total: number; page: T[] } {
  const [kind, subject, from] = [parameter(req, 'kind'), parameter(req, 'subject'), sizeParameter(req, 'from')]
  if (kind !== undefined && !COMPLAINT_KINDS.some((one) => one === kind))
    throw new LedgerError('REQUEST_QUERY', `kind: expected ${COMPLAINT_KINDS.join(', ')}`)
  const size = parameter(req, 'limit') === undefined ? PAGE : sizeParameter(req, 'limit')
  if (size < 1 || size > MAX_PAGE) throw new LedgerError('REQUEST_QUERY', `limit: expected 1 to ${MAX_PAGE}`)
  const found = list.filter((one) => (kind ?? one.kind) === one.kind && (subject ?? one.subject) === one.subject)
  return { total: found.length, page: found.slice(from, from + size) }
}
