import { randomUUID } from 'node:crypto'
import { ProtocolError } from '@tristamp/protocol'
import type { ErrorRequestHandler, Response } from 'express'
import { withoutCode } from '../audit/flaw.ts'
import { type LedgerCode, LedgerError, SENTENCES } from '../error.ts'

/** RFC 9457. `code` is what a program branches on; `title` is for people. */
export interface Problem {
  status: number
  code: string
  title: string
  detail?: string
  [member: string]: unknown
}

const STATUS: Partial<Record<LedgerCode, number>> = {
  NOT_FOUND: 404,
  REQUEST_QUERY: 400,
  REQUEST_BODY: 415,
  REQUEST_TOO_LARGE: 413,
  REQUEST_RATE: 429,
  LABEL_INVALID: 400,
  LABEL_SPACE: 422,
  SEALED_WRONG: 422,
  TOKEN_MISSING: 401,
  TOKEN_UNKNOWN: 401,
  TOKEN_ROLE: 403,
  BOARD_LISTENERS: 503,
  FOLLOW_READS: 421,
  TRACE_NOT_READY: 503,
  TRACE_CURSOR: 400,
  NODE_DEGRADED: 503,
  NODE_BUSY: 503,
  NODE_STOPPING: 503,
  SEGMENT_CORRUPT: 500,
  STORE_CORRUPT: 500,
}

/** What Express and its parsers answer with, besides 400: no such file, a condition or a range that does not fit it, a body that is too large or in no form they know. */
const CLIENT: readonly [number, LedgerCode][] = [
  [404, 'NOT_FOUND'],
  [412, 'REQUEST_QUERY'],
  [413, 'REQUEST_TOO_LARGE'],
  [415, 'REQUEST_QUERY'],
  [416, 'REQUEST_QUERY'],
]

/** A code of the protocol's families, as HTTP sees it. */
const PROTOCOL_STATUS: readonly [RegExp, number][] = [
  [/^TILE_/, 404],
  [/_SIZE$/, 413],
  [/^(KEY_|SIGNATURE$|ROLE$|GOVERNANCE_NOT)/, 403],
  [/^(SEQ_|PREV_|EVIDENCE_|GOVERNANCE_(CONFLICT|REPEATED))/, 409],
]

/** What the reader asked for by name, where the protocol's codes need a sentence of their own. */
const PROTOCOL_TITLES: readonly [RegExp, number, string][] = [
  [/^TILE_/, 404, 'There is no tile at this address.'],
  [/^GS1_/, 400, 'The identifier is not a valid GS1 identifier.'],
]

export function protocolStatus(code: string): number {
  return PROTOCOL_STATUS.find(([family]) => family.test(code))?.[1] ?? 422
}

export function sendProblem(res: Response, { status, code, title, ...rest }: Problem): void {
  if (status === 429 || status === 503) res.setHeader('Retry-After', '1')
  res.setHeader('Cache-Control', 'no-store')
  // What was said of the file that is not sent now.
  for (const name of ['Content-Encoding', 'ETag', 'Last-Modified']) res.removeHeader(name)
  res.status(status).type('application/problem+json')
  res.send(JSON.stringify({ type: `urn:tristamp:problem:${code}`, title, status, code, ...rest }))
}

/** The one place where an error becomes an answer. What went wrong in the node itself is told by an id alone, and logged with it. */
export function problems(
  log: (text: string) => void,
  fault: (code: string, detail: string) => void = () => undefined,
): ErrorRequestHandler {
  return (error: unknown, req, res, _next) => {
    if (res.headersSent) {
      res.destroy()
      return
    }
    const known = problemOf(error)
    if (known !== undefined && known.status !== 500) {
      sendProblem(res, known)
      return
    }
    const id = randomUUID()
    const { code, title } = known ?? { code: 'INTERNAL', title: SENTENCES.INTERNAL.en }
    fault(code, `${id} ${req.method} ${req.path}`)
    log(
      `${code} ${id} ${req.method} ${req.path}: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`,
    )
    sendProblem(res, { status: 500, code, title, detail: id })
  }
}

/** What is answered for an error; undefined for a fault of the node itself. */
export function problemOf(error: unknown): Problem | undefined {
  if (error instanceof LedgerError) {
    const status = STATUS[error.code]
    return status === undefined
      ? undefined
      : { status, code: error.code, title: SENTENCES[error.code].en, detail: error.message }
  }
  if (error instanceof ProtocolError) {
    const { code } = error
    const detail = withoutCode(code, error.message)
    const [, status, title] = PROTOCOL_TITLES.find(([family]) => family.test(code)) ?? []
    return { status: status ?? protocolStatus(code), code, title: title ?? 'The protocol does not allow this.', detail }
  }
  // Express and its parsers mark what the client did wrong with a status of the 400s.
  const given = error instanceof Error && 'status' in error ? Number(error.status) : 0
  if (given < 400 || given > 499) return undefined
  const [status, code] = CLIENT.find(([known]) => known === given) ?? [400, 'REQUEST_QUERY']
  return { status, code, title: SENTENCES[code].en }
}
