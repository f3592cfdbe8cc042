import { canonicalUri, ProtocolError, personalIn, scanRegion, withoutPersonal } from '@tristamp/protocol'
import { LedgerError } from '../error.ts'

/** What can be wrong with goods, as people choose it. */
export const COMPLAINT_KINDS = ['sick', 'foreign-object', 'smell', 'code-copied', 'label-wrong', 'other'] as const
export type ComplaintKind = (typeof COMPLAINT_KINDS)[number]

/** What the page said of the goods when it was written. */
const VERDICTS = ['consistent', 'recalled', 'held', 'elsewhere', 'none', 'mismatch', 'unchecked'] as const
type Verdict = (typeof VERDICTS)[number]

/** A problem with goods, of someone without a key. How to reach the writer is kept apart, and not as long. */
export interface Complaint {
  id: string
  /** URI of what it is about. */
  subject: string
  kind: ComplaintKind
  text?: string
  region?: string
  verdict?: Verdict
  /** Whether an event of the ledger names it. */
  recorded: boolean
}

export interface Contact {
  id: string
  contact: string
}

const TEXT_CHARACTERS = 1000
const CONTACT_CHARACTERS = 200
const SUBJECT_CHARACTERS = 512
const FIELDS = new Set(['subject', 'kind', 'text', 'contact', 'region', 'verdict', 'asWritten'])

type Said = Omit<Complaint, 'id' | 'recorded'>

/**
 * Reads a body of `POST /v1/reports`. What in its text looks like data about a person is left out (`leftOut` parts) unless `asWritten` says that its writer
 * wants it there.
 * @throws LedgerError REQUEST_QUERY
 */
export function complaintFrom(body: unknown): { complaint: Said; contact?: string; leftOut: number } {
  const { asWritten = false, ...fields } = objectOf(body)
  if (typeof asWritten !== 'boolean') throw wrong('asWritten', 'true or false')
  const { complaint, ...others } = saidIn(fields)
  const { text = '', subject } = complaint
  const leftOut = asWritten ? 0 : personalIn(text, subject).length
  return {
    complaint: leftOut === 0 ? complaint : { ...complaint, text: withoutPersonal(text, subject) },
    ...others,
    leftOut,
  }
}

function saidIn(body: unknown): { complaint: Said; contact?: string } {
  const fields = objectOf(body)
  const other = Object.keys(fields).find((name) => !FIELDS.has(name))
  if (other !== undefined) throw wrong(other.slice(0, 64), `${[...FIELDS].join(', ')} alone`)
  const { subject, kind, text, contact, region, verdict } = fields
  if (!isOneOf(COMPLAINT_KINDS, kind)) throw wrong('kind', COMPLAINT_KINDS.join(', '))
  if (verdict !== undefined && !isOneOf(VERDICTS, verdict)) throw wrong('verdict', VERDICTS.join(', '))
  const [said, known] = [textOf(text, 'text', TEXT_CHARACTERS, true), scanRegion(region)]
  const reach = textOf(contact, 'contact', CONTACT_CHARACTERS, false)
  return {
    complaint: {
      subject: subjectOf(subject),
      kind,
      ...(said !== undefined && { text: said }),
      ...(known !== undefined && { region: known }),
      ...(verdict !== undefined && { verdict }),
    },
    ...(reach !== undefined && { contact: reach }),
  }
}

/** One as it was kept, or undefined for what is none. */
export function readComplaint(value: unknown): Complaint | undefined {
  try {
    const { id, recorded, ...body } = objectOf(value)
    if (typeof id !== 'string' || typeof recorded !== 'boolean') return undefined
    return { id, recorded, ...saidIn(body).complaint }
  } catch {
    return undefined
  }
}

export function readContact(value: unknown): Contact | undefined {
  const { id, contact } = value as Partial<Contact>
  return typeof id === 'string' && typeof contact === 'string' ? { id, contact } : undefined
}

function subjectOf(value: unknown): string {
  if (typeof value !== 'string' || value.length > SUBJECT_CHARACTERS || !/^[a-z][a-z0-9+.-]*:[!-~]+$/i.test(value))
    throw wrong('subject', 'an absolute URI')
  try {
    return canonicalUri(value)
  } catch (error) {
    if (!(error instanceof ProtocolError)) throw error
    throw wrong('subject', 'a number without a slip of the pen')
  }
}

/** Plain text, trimmed; undefined for none. Nothing that turns or hides what stands around it. */
function textOf(value: unknown, name: string, most: number, lines: boolean): string | undefined {
  if (value === undefined) return undefined
  const text = typeof value === 'string' ? value.replaceAll('\r\n', '\n').trim() : undefined
  const plain = lines ? text?.replaceAll('\n', ' ').replaceAll('\t', ' ') : text
  if (plain === undefined || plain.length > most || /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Co}\p{Cs}]/u.test(plain))
    throw wrong(name, `at most ${most} characters of plain text`)
  return text === '' ? undefined : text
}

function isOneOf<T extends string>(known: readonly T[], value: unknown): value is T {
  return known.some((one) => one === value)
}

function objectOf(value: unknown): { [member: string]: unknown } {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw wrong('body', 'a JSON object')
  return value as { [member: string]: unknown }
}

function wrong(name: string, expected: string): LedgerError {
  return new LedgerError('REQUEST_QUERY', `${name}: expected ${expected}`)
}
