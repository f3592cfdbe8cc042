import type { Words } from '../config-types.ts'
import { type AgentError, printable, sentence } from '../error.ts'

/** What was looked at. */
export type Check =
  | 'config'
  | 'user'
  | 'key'
  | 'data'
  | 'disk'
  | 'clock'
  | 'port'
  | 'device'
  | 'scanner'
  | 'network'
  | 'login'
  | 'ledger-key'
  | 'enrolment'
  | 'watchdog'
  | 'page'

/** One line of what the doctor says: what is so, and if it is not well, how to mend it. */
export interface Finding {
  level: 'ok' | 'warn' | 'fail'
  check: Check
  /** Which device, station or file, if there are several. */
  of?: string
  what: Words
  mend?: Words
}

/** A text in both languages. */
export function words(en: string, zh: string): Words {
  return { en: printable(en, 8000), zh: printable(zh, 8000) }
}

export function ok(check: Check, what: Words, of?: string): Finding {
  return { level: 'ok', check, ...(of !== undefined && { of }), what }
}

export function bad(level: 'warn' | 'fail', check: Check, what: Words, mend?: Words, of?: string): Finding {
  return { level, check, ...(of !== undefined && { of }), what, ...(mend && { mend }) }
}

/** An error of the gateway says itself what happened and what to do. */
export function failure(
  check: Check,
  { code, fields }: AgentError,
  of?: string,
  level: 'warn' | 'fail' = 'fail',
): Finding {
  const say = (language: 'en' | 'zh'): string => `${code} ${sentence(code, fields, language)}`
  return bad(level, check, { en: say('en'), zh: say('zh') }, undefined, of)
}
