import { sentences } from './error-text.ts'
import { issuesInChinese } from './issue-text.ts'
import { reasonInChinese } from './reason-text.ts'

/** Every way in which the gateway can fail or refuse. A closed union: a typo does not compile, and a display can switch on it. */
export type AgentCode =
  | 'CONFIG_MISSING'
  | 'CONFIG_TOO_LARGE'
  | 'CONFIG_MALFORMED'
  | 'CONFIG_INVALID'
  | 'CONFIG_PLAIN'
  | 'CONFIG_PAGE'
  | 'KEY_MISSING'
  | 'KEY_MODE'
  | 'KEY_OWNER'
  | 'KEY_MALFORMED'
  | 'LOGIN_MALFORMED'
  | 'TLS_KEY_MALFORMED'
  | 'DATA_DENIED'
  | 'OUTBOX_MISSING'
  | 'OUTBOX_LOCKED'
  | 'OUTBOX_DAMAGED'
  | 'OUTBOX_FOREIGN'
  | 'OUTBOX_REPAIRED'
  | 'OUTBOX_LOST'
  | 'OUTBOX_FILLING'
  | 'OUTBOX_THERE'
  | 'EXPORT_EMPTY'
  | 'EXPORT_WRITE'
  | 'IMPORT_FILE'
  | 'IMPORT_UNREACHABLE'
  | 'IMPORT_REFUSED'
  | 'IMPORT_OVERTAKEN'
  | 'OUTBOX_BEHIND'
  | 'OUTBOX_FORKED'
  | 'OUTBOX_WRITE'
  | 'DISK_FULL'
  | 'STATUS_WRITE'
  | 'STATUS_NONE'
  | 'PORT_MISSING'
  | 'PORT_DENIED'
  | 'PORT_BUSY'
  | 'PORT_NOT_SERIAL'
  | 'PORT_FAILED'
  | 'PORT_LOST'
  | 'DEVICE_SILENT'
  | 'DEVICE_FRAME'
  | 'DEVICE_EXCEPTION'
  | 'DEVICE_VALUE'
  | 'DEVICE_PROFILE'
  | 'DEVICE_SUSPECT'
  | 'LIMIT_BROKEN'
  | 'DEVICE_FAILED'
  | 'GNSS_NO_FIX'
  | 'GNSS_IMPLAUSIBLE'
  | 'TAG_UNKNOWN'
  | 'SCAN_CUT'
  | 'SCAN_UNKNOWN'
  | 'SCAN_SEPARATOR'
  | 'SCAN_SETUP'
  | 'SCAN_MALFORMED'
  | 'SCAN_IDENTITY'
  | 'SCAN_QUANTITY'
  | 'SCAN_COMMAND'
  | 'SCAN_NOT_HERE'
  | 'SCAN_NOT_A_UNIT'
  | 'SCAN_ORDER'
  | 'SCAN_UNFINISHED'
  | 'SCAN_MIXED'
  | 'SCAN_TOO_MANY'
  | 'SCAN_UNDO'
  | 'GOODS_HELD'
  | 'GOODS_RECALLED'
  | 'EVENT_INVALID'
  | 'EVIDENCE_LOST'
  | 'MODEL_MALFORMED'
  | 'SEALED_FILE'
  | 'SPECTRA_MALFORMED'
  | 'TEST_INSTRUMENT'
  | 'TEST_REFERENCE'
  | 'UPLINK_UNREACHABLE'
  | 'UPLINK_LOGIN'
  | 'UPLINK_SILENT'
  | 'UPLINK_REFUSED'
  | 'UPLINK_ACK'
  | 'NOT_ENROLLED'
  | 'ENROLMENT_DIFFERS'
  | 'ENROLMENT_REFUSED'
  | 'NOTICE_DAMAGED'
  | 'NOTICE_REFUSED'
  | 'KEY_STORE'
  | 'METRICS_PORT'
  | 'PAGE_PORT'
  | 'INTERNAL'

export type Language = 'en' | 'zh'

/** The data a sentence is made of; texts in it are shown bounded and on one line. */
export type Fields = Readonly<Record<string, string | number>>

/** The one error of the gateway: a stable code, the data of the case, and the cause where there is one. */
export class AgentError extends Error {
  override name = 'AgentError'
  readonly code: AgentCode
  readonly fields: Fields

  constructor(code: AgentCode, fields: Fields = {}, options?: ErrorOptions) {
    super(sentence(code, fields, 'en'), options)
    this.code = code
    this.fields = fields
  }
}

/** A field comes from outside (a path, a scan, a system message): keep it short, on one line, and visible. */
const MAX_FIELD = 300
/** The list of a configuration's errors is ours, and all of it must be seen. */
const MAX_LIST = 8000

/** The sentence for people: what happened and what to do, in one language. */
export function sentence(code: AgentCode, fields: Fields, language: Language): string {
  return sentences[code][language].replace(/\{(\w+)\}/g, (_, name: string) =>
    printable(fieldOf(fields, name, language), name === 'list' ? MAX_LIST : MAX_FIELD),
  )
}

function fieldOf(fields: Fields, name: string, language: Language): string {
  const value = String(fields[name] ?? '?')
  if (language === 'en') return value
  return name === 'why' ? reasonInChinese(value) : name === 'list' ? issuesInChinese(value) : value
}

export function isAgentCode(code: string): code is AgentCode {
  return Object.hasOwn(sentences, code)
}

/** Control characters are shown as `<1D>`: a label's separator must be seen, and a terminal must not obey what was scanned. */
export function printable(text: string, most: number = MAX_FIELD): string {
  const shown = text.replace(
    // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for
    /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u2028\u2029]/g,
    (c) => `<${c.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}>`,
  )
  return shown.length > most ? `${shown.slice(0, most)}…` : shown
}

/** Any thrown value as an AgentError; what is not ours becomes `fallback` with the original as cause. */
export function asAgentError(thrown: unknown, fallback: AgentCode = 'INTERNAL', fields: Fields = {}): AgentError {
  if (thrown instanceof AgentError) return thrown
  return new AgentError(fallback, { ...fields, why: whyOf(thrown) }, { cause: thrown })
}

/** The short reason inside any thrown value. */
export function whyOf(thrown: unknown): string {
  if (!(thrown instanceof Error)) return String(thrown)
  const inner = thrown.cause instanceof Error ? `: ${thrown.cause.message}` : ''
  return (thrown.message || thrown.name) + inner
}
