import { pipeline } from 'node:stream/promises'
import type { Request, Response, Router } from 'express'
import { LedgerError } from '../error.ts'
import { EXPORT_FORMS, type ExportFile, type ExportParts, exportFile } from '../exports/forms.ts'
import { RECALL_FORMS, recallExport } from '../exports/recall-export.ts'
import { open } from './headers.ts'
import { UUID } from './page-address.ts'
import { parameter, subjectParameter, timeParameter } from './query.ts'
import { routes } from './routes.ts'

/** Exports on their way at once: each reads much, and has a reader that may be slow. */
const MAX_UNDER_WAY = 4

/** Who reads more slowly than this does not keep others from theirs. */
const LONGEST_MS = 15 * 60_000

const ENDED: ReadonlySet<string> = new Set(['ERR_STREAM_PREMATURE_CLOSE', 'ABORT_ERR'])

/** `GET /v1/exports/<form>`: what is recorded, as files for others' programs (docs/spec/exports.md). */
export function exportRoutes(parts: ExportParts): Router {
  let underWay = 0
  const send = async (res: Response, make: () => Promise<ExportFile>): Promise<void> => {
    if (underWay >= MAX_UNDER_WAY) throw new LedgerError('NODE_BUSY', `${MAX_UNDER_WAY} exports are being made`)
    underWay++
    try {
      const { name, type, body } = await make()
      res.setHeader('Content-Type', type)
      res.setHeader('Content-Disposition', `attachment; filename="${name}"`)
      res.setHeader('Cache-Control', 'no-store')
      await pipeline(body, res, { signal: AbortSignal.timeout(LONGEST_MS) })
    } catch (error) {
      // A reader that has gone away is no fault of this node.
      if (!res.headersSent || !isAborted(error)) throw error
    } finally {
      underWay--
    }
  }
  return routes().get('/v1/exports/:form', open, async (req, res) => {
    const form = String(req.params['form'])
    if (EXPORT_FORMS.includes(form)) {
      const question = questionOf(req)
      await send(res, () => exportFile(form, question, parts))
    } else if (RECALL_FORMS.includes(form)) {
      const recall = parameter(req, 'recall') ?? ''
      if (!UUID.test(recall)) throw wrong('recall', 'the id of a recall')
      const kind = parameter(req, 'law')
      if (kind !== 'food' && kind !== 'medicine') throw wrong('law', 'food or medicine: they differ')
      const begin = timeParameter(req, 'begin')
      await send(res, () => recallExport(form, { recall, kind, begin, now: Date.now() }, parts))
    } else throw new LedgerError('NOT_FOUND', `no export ${form.slice(0, 40)}`)
  })
}

function questionOf(req: Request): { subject?: string; place?: string; from: number; to: number } {
  const from = timeParameter(req, 'from') ?? Number.NEGATIVE_INFINITY
  const to = timeParameter(req, 'to') ?? Number.POSITIVE_INFINITY
  if (from > to) throw wrong('from', 'a time that is not after to')
  const place = parameter(req, 'place') === undefined ? {} : { place: subjectParameter(req, 'place') }
  const isAny = parameter(req, 'subject') === undefined && 'place' in place
  return { ...(isAny ? {} : { subject: subjectParameter(req) }), ...place, from, to }
}

function isAborted(error: unknown): boolean {
  return error instanceof Error && 'code' in error && ENDED.has(String(error.code))
}

function wrong(name: string, expected: string): LedgerError {
  return new LedgerError('REQUEST_QUERY', `${name}: expected ${expected}`)
}
