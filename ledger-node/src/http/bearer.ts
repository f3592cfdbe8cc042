import { timingSafeEqual } from 'node:crypto'
import { fromBase64Url, sha256, utf8 } from '@tristamp/protocol'
import type { RequestHandler } from 'express'
import { LedgerError } from '../error.ts'

/** What a holder of a token may see beyond what everybody may: the regulator's desk, or the board of whoever runs the node. */
export const ACCESS_ROLES = ['regulator', 'operator'] as const
export type AccessRole = (typeof ACCESS_ROLES)[number]

/** Somebody who holds a token. The node keeps the token's SHA-256 alone: whoever reads the configuration cannot use it. */
export interface Access {
  /** For the operator of the node: whose token it is. */
  name: string
  role: AccessRole
  /** Of the token, in base64url. */
  sha256: string
  /** The last day (UTC) on which it is taken, YYYY-MM-DD; without an end where there is none. */
  until?: string | undefined
}

/** RFC 6750 §2.1. A token of ours has 43 characters; one that was cut short is a wrong one, not none. */
const BEARER = /^Bearer ([A-Za-z0-9._~+/-]{1,128}=*)$/i

/**
 * Lets through who shows a token of this role (`Authorization: Bearer …`); whose it is stands in `res.locals.holder`.
 * @throws LedgerError TOKEN_MISSING, TOKEN_UNKNOWN (both 401), TOKEN_ROLE (403)
 */
export function requireRole(access: readonly Access[], role: AccessRole, now: () => number = Date.now): RequestHandler {
  const known = access.map(({ sha256: hash, ...who }) => ({ ...who, hash: fromBase64Url(hash) }))
  return (req, res, next) => {
    res.setHeader('Cache-Control', 'no-store')
    const token = BEARER.exec(req.get('Authorization') ?? '')?.[1]
    if (token === undefined) {
      res.setHeader('WWW-Authenticate', 'Bearer realm="tristamp"')
      throw new LedgerError('TOKEN_MISSING', `this resource is for the role ${role}`)
    }
    const hash = sha256(utf8(token))
    const holders = known.filter((one) => timingSafeEqual(one.hash, hash))
    if (holders.length === 0) {
      res.setHeader('WWW-Authenticate', 'Bearer realm="tristamp", error="invalid_token"')
      throw new LedgerError('TOKEN_UNKNOWN', 'no such token')
    }
    const today = new Date(now()).toISOString().slice(0, 10)
    const valid = holders.filter(({ until }) => until === undefined || today <= until)
    if (valid.length === 0) {
      res.setHeader('WWW-Authenticate', 'Bearer realm="tristamp", error="invalid_token"')
      throw new LedgerError('TOKEN_UNKNOWN', `the token was good until ${holders[0]?.until}`)
    }
    const holder = valid.find((one) => one.role === role)
    if (holder === undefined) throw new LedgerError('TOKEN_ROLE', `the token is not of the role ${role}`)
    res.locals['holder'] = holder.name
    next()
  }
}
