import type { RequestHandler } from 'express'

/** Pages run their own scripts and nothing else, and talk to this node alone. The decoder of codes is WebAssembly of their own. */
export const PAGE_POLICY: string = [
  "default-src 'none'",
  "script-src 'self' 'wasm-unsafe-eval'",
  "style-src 'self'",
  "img-src 'self' data:",
  "connect-src 'self'",
  "manifest-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ')

/** On every answer: data are never run, sniffed or framed, and links do not tell where the reader came from; who came by TLS comes back by TLS. */
export const guarded: RequestHandler = (req, res, next) => {
  if (req.secure) res.setHeader('Strict-Transport-Security', 'max-age=31536000')
  res.setHeader('X-Content-Type-Options', 'nosniff')
  res.setHeader('Referrer-Policy', 'no-referrer')
  res.setHeader('Content-Security-Policy', "default-src 'none'; frame-ancestors 'none'")
  next()
}

/** Proofs are for everyone: pages of other origins may read and check them. */
export const open: RequestHandler = (_req, res, next) => {
  res.setHeader('Access-Control-Allow-Origin', '*')
  res.setHeader('Access-Control-Expose-Headers', 'ETag, Link')
  res.setHeader('Cross-Origin-Resource-Policy', 'cross-origin')
  next()
}

/** What a browser asks before it lets a page of another origin send a header of its own. */
export const preflight: RequestHandler = (_req, res) => {
  res.setHeader('Access-Control-Allow-Methods', 'GET, HEAD')
  res.setHeader('Access-Control-Allow-Headers', '*')
  res.setHeader('Access-Control-Max-Age', '86400')
  res.status(204).end()
}

export const IMMUTABLE = 'public, max-age=31536000, immutable'
/** A partial tile never changes either, but its full tile takes its place. */
export const SHORT = 'public, max-age=60'
export const REVALIDATE = 'no-cache'
