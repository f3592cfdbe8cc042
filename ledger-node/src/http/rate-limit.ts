import { isIP } from 'node:net'
import type { Request, RequestHandler } from 'express'
import { LedgerError } from '../error.ts'
import { networkOf } from '../network.ts'

/** Addresses remembered; the longest unseen is forgotten first. */
const MAX_ADDRESSES = 10_000

/** How often one client may ask. */
export interface RequestLimits {
  postsPerSecond: number
  readsPerSecond: number
  /** The header in which a trusted proxy tells the client's address. */
  addressHeader?: string | undefined
  /** The header in which a trusted proxy tells the client's region. */
  regionHeader?: string | undefined
}

/** @throws LedgerError REQUEST_RATE */
export function postLimit({ postsPerSecond, addressHeader }: RequestLimits): RequestHandler {
  return rateLimit(postsPerSecond, addressHeader)
}

/** @throws LedgerError REQUEST_RATE */
export function readLimit({ readsPerSecond, addressHeader }: RequestLimits): RequestHandler {
  return rateLimit(readsPerSecond, addressHeader)
}

/** What anyone may write without a key: a person's pace. */
const STRANGERS_PER_SECOND = 2

/** @throws LedgerError REQUEST_RATE */
export function strangerLimit({ postsPerSecond, addressHeader }: RequestLimits): RequestHandler {
  return rateLimit(Math.min(STRANGERS_PER_SECOND, postsPerSecond), addressHeader)
}

/** Lets each client do `perSecond`, and as many at once after a pause. @throws LedgerError REQUEST_RATE */
export function rateLimit(
  perSecond: number,
  addressHeader?: string,
  now: () => number = () => performance.now(),
): RequestHandler {
  const buckets = new Map<string, { tokens: number; atMs: number }>()
  return (req, _res, next) => {
    const client = clientOf(req, addressHeader)
    const atMs = now()
    const before = buckets.get(client)
    const tokens =
      before === undefined ? perSecond : Math.min(perSecond, before.tokens + ((atMs - before.atMs) * perSecond) / 1000)
    buckets.delete(client)
    buckets.set(client, { tokens: Math.max(0, tokens - 1), atMs })
    if (buckets.size > MAX_ADDRESSES) buckets.delete(buckets.keys().next().value!)
    next(tokens >= 1 ? undefined : new LedgerError('REQUEST_RATE', `at most ${perSecond} a second`))
  }
}

/** Who asks: the last address in the trusted header, which the proxy itself put there, or else the connection's. */
function clientOf(req: Request, addressHeader: string | undefined): string {
  const told = addressHeader && req.get(addressHeader)?.split(',').at(-1)?.trim()
  return networkOf(told && isIP(told) !== 0 ? told : (req.socket.remoteAddress ?? ''))
}
