import type { RequestHandler } from 'express'
import { LedgerError } from '../error.ts'

/** Addresses remembered; the longest unseen is forgotten first. */
const MAX_ADDRESSES = 10_000

/** Lets each client address do `perSecond`, and as many at once after a pause. @throws LedgerError REQUEST_RATE */
export function rateLimit(perSecond: number, now: () => number = () => performance.now()): RequestHandler {
  const buckets = new Map<string, { tokens: number; atMs: number }>()
  return (req, _res, next) => {
    const address = req.socket.remoteAddress ?? ''
    const atMs = now()
    const before = buckets.get(address)
    const tokens =
      before === undefined ? perSecond : Math.min(perSecond, before.tokens + ((atMs - before.atMs) * perSecond) / 1000)
    buckets.delete(address)
    buckets.set(address, { tokens: Math.max(0, tokens - 1), atMs })
    if (buckets.size > MAX_ADDRESSES) buckets.delete(buckets.keys().next().value!)
    next(tokens >= 1 ? undefined : new LedgerError('REQUEST_RATE', `at most ${perSecond} a second`))
  }
}
