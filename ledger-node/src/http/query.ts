import { canonicalUri } from '@tristamp/protocol'
import type { Request } from 'express'
import { LedgerError } from '../error.ts'

/** Longer than any GS1 identifier with all its parts. */
const SUBJECT_LENGTH = 512

/** One parameter, given at most once. @throws LedgerError REQUEST_QUERY */
export function parameter(req: Request, name: string): string | undefined {
  const value = req.query[name]
  if (value === undefined || typeof value === 'string') return value
  throw new LedgerError('REQUEST_QUERY', `${name} is given more than once`)
}

/** The parameter `subject`: an absolute URI, and one that an event can be about. @throws LedgerError REQUEST_QUERY; ProtocolError GS1_* */
export function subjectParameter(req: Request, name = 'subject'): string {
  return subjectOf(parameter(req, name), name)
}

/** The same from elsewhere in a request. @throws LedgerError REQUEST_QUERY; ProtocolError GS1_* */
export function subjectOf(subject: unknown, name: string): string {
  if (typeof subject !== 'string' || subject.length > SUBJECT_LENGTH || !/^[a-z][a-z0-9+.-]*:[!-~]+$/i.test(subject)) {
    throw new LedgerError('REQUEST_QUERY', `${name}: expected an absolute URI`)
  }
  // Of a mistyped number there is nothing to prove. What stands behind `#` is the day of a reading.
  canonicalUri(subject.replace(/#.*/, ''))
  return subject
}

/** A parameter that is a whole number. @throws LedgerError REQUEST_QUERY */
export function sizeParameter(req: Request, name: string): number {
  const value = parameter(req, name) ?? '0'
  if (!/^(0|[1-9]\d{0,15})$/.test(value) || !Number.isSafeInteger(Number(value))) {
    throw new LedgerError('REQUEST_QUERY', `${name}: expected a whole number`)
  }
  return Number(value)
}

/** A parameter that is a day, or a time as events have it; ms since 1970. @throws LedgerError REQUEST_QUERY */
export function timeParameter(req: Request, name: string): number | undefined {
  const text = parameter(req, name)
  if (text === undefined) return undefined
  const ms = /^\d{4}-\d{2}-\d{2}(?:T\d{2}:\d{2}:\d{2}(?:\.\d{3})?Z)?$/.test(text) ? Date.parse(text) : Number.NaN
  if (Number.isNaN(ms))
    throw new LedgerError('REQUEST_QUERY', `${name}: expected a day, or a time in UTC: 2026-11-22T08:00:00.000Z`)
  return ms
}
