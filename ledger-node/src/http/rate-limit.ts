import { isIP, SocketAddress } from 'node:net'
import type { Request, RequestHandler } from 'express'
import { LedgerError } from '../error.ts'

/** Addresses remembered; the longest unseen is forgotten first. */
const MAX_ADDRESSES = 10_000

/** How often one client may ask. */
export interface RequestLimits {
  postsPerSecond: number
  readsPerSecond: number
  /** The header in which a trusted proxy tells the client's address. */
  addressHeader?: string | undefined
}

/** @throws LedgerError REQUEST_RATE */
export function postLimit({ postsPerSecond, addressHeader }: RequestLimits): RequestHandler {
  return rateLimit(postsPerSecond, addressHeader)
}

/** @throws LedgerError REQUEST_RATE */
export function readLimit({ readsPerSecond, addressHeader }: RequestLimits): RequestHandler {
  return rateLimit(readsPerSecond, addressHeader)
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

/**
 * Who asks: the last address in the trusted header, which the proxy itself put there, or else the connection's. One customer of
 * an IPv6 network has a /64, so an address of it counts as that.
 */
function clientOf(req: Request, addressHeader: string | undefined): string {
  const told = addressHeader && req.get(addressHeader)?.split(',').at(-1)?.trim()
  const address = told && isIP(told) !== 0 ? told : (req.socket.remoteAddress ?? '')
  if (isIP(address) !== 6) return address
  return address.toLowerCase().startsWith('::ffff:') ? address : networkOf(address)
}

/** The first four groups, written in full: `2001:db8::1` and `2001:db8:0:0:1::` are of one network. */
function networkOf(address: string): string {
  const [head = '', tail] = new SocketAddress({ address, family: 'ipv6' }).address.split('::')
  const groups = (text: string | undefined): string[] => (text === undefined || text === '' ? [] : text.split(':'))
  const [before, after] = [groups(head), groups(tail)]
  const zeros = Array.from({ length: Math.max(0, 8 - before.length - after.length) }, () => '0')
  return [...before, ...zeros, ...after].slice(0, 4).join(':')
}
