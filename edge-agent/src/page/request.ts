import type { IncomingMessage, ServerResponse } from 'node:http'
import { plainAddress } from './guard.ts'

/** Why the page was not served: a closed union, which the page has words for. */
export type PageCode =
  | 'HOST'
  | 'ORIGIN'
  | 'METHOD'
  | 'NOT_FOUND'
  | 'REQUEST'
  | 'TOO_LARGE'
  | 'PIN_NEEDED'
  | 'PIN_WRONG'
  | 'PIN_WAIT'
  | 'BUSY'
  | 'STATION'
  | 'NOTHING'
  | 'INTERNAL'

/** Its HTTP status. */
export const STATUS: Readonly<Record<PageCode, number>> = {
  HOST: 421,
  ORIGIN: 403,
  METHOD: 405,
  NOT_FOUND: 404,
  REQUEST: 400,
  TOO_LARGE: 413,
  PIN_NEEDED: 401,
  PIN_WRONG: 401,
  PIN_WAIT: 429,
  BUSY: 503,
  STATION: 404,
  NOTHING: 404,
  INTERNAL: 500,
}

/** A request that is not served. */
export class Refused extends Error {
  readonly code: PageCode
  readonly waitMs: number | undefined

  constructor(code: PageCode, waitMs?: number) {
    super(code)
    this.code = code
    this.waitMs = waitMs
  }
}

const COOKIE = 'tristamp-page'
const MAX_BODY = 4096
/** Answers with JSON. */
export function send(res: ServerResponse, status: number, content: object): void {
  const bytes = Buffer.from(JSON.stringify(content))
  res.writeHead(status, { 'Content-Type': 'application/json; charset=utf-8', 'Content-Length': bytes.length })
  res.end(bytes)
}

/** What was asked for. A request line may hold anything. */
export function addressOf({ url = '/' }: IncomingMessage): URL {
  if (!URL.canParse(url, 'http://page')) throw new Refused('REQUEST')
  return new URL(url, 'http://page')
}

/** JSON and nothing that a form of another page could send. */
export async function bodyOf(req: IncomingMessage): Promise<Record<string, unknown>> {
  if (!/^application\/json\b/.test(req.headers['content-type'] ?? '')) throw new Refused('REQUEST')
  const chunks: Buffer[] = []
  let length = 0
  try {
    for await (const chunk of req as AsyncIterable<Buffer>) {
      length += chunk.length
      if (length > MAX_BODY) throw new Refused('TOO_LARGE')
      chunks.push(chunk)
    }
    const value: unknown = JSON.parse(Buffer.concat(chunks).toString('utf8'))
    if (typeof value === 'object' && value !== null) return value as Record<string, unknown>
  } catch (thrown) {
    // Whoever leaves in the middle, or sends what is no JSON, has made a bad request: nothing is wrong here.
    if (thrown instanceof Refused) throw thrown
  }
  throw new Refused('REQUEST')
}

/** The cookie of a session. */
export function cookie(token: string, seconds: number): string {
  return `${COOKIE}=${token}; Path=/; HttpOnly; SameSite=Strict; Max-Age=${seconds}`
}

/** The session that a request is of. */
export function tokenOf({ headers }: IncomingMessage): string | undefined {
  return new RegExp(`(?:^|;\\s*)${COOKIE}=([A-Za-z0-9_-]{43})(?:;|$)`).exec(headers.cookie ?? '')?.[1]
}

/** Of IPv6 the network: one client has as many addresses as it likes. */
export function clientOf({ socket }: Pick<IncomingMessage, 'socket'>): string {
  const address = plainAddress(socket.remoteAddress ?? '')
  return address.includes(':') ? address.split(':').slice(0, 4).join(':') : address
}
