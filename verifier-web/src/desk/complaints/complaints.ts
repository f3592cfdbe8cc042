import { scanRegion } from '@tristamp/protocol'
import {
  type Ask,
  fieldsOf,
  listOf,
  maybe,
  oneOf,
  type Proof,
  proofOf,
  textOf,
  timeOf,
  wholeOf,
} from '../../own/answer.ts'

export const KINDS = ['sick', 'foreign-object', 'smell', 'code-copied', 'label-wrong', 'other'] as const
export type Kind = (typeof KINDS)[number]

/** What somebody without a key reports of goods: nothing of it is signed. */
export interface Complaint {
  id: string
  atMs: number
  subject: string
  kind: Kind
  /** Whether an event of the ledger names the subject. */
  recorded: boolean
  text?: string
  region?: string
  contact?: string
}

export interface Complaints {
  total: number
  /** After so many days a way to reach the writer is deleted. */
  contactDays: number
  reports: Complaint[]
}

/** That there was a report, and who deleted it: nothing of what it said. */
export interface Deleted {
  id: string
  subject: string
  recorded: boolean
  kind: Kind
  /** The day (UTC) on which it had come, YYYY-MM-DD. */
  day: string
  atMs: number
  /** Whose token it was. */
  by: string
}

export interface Deletions {
  total: number
  deleted: Deleted[]
}

/** One link of a way from a complaint back to what it has in common with others. */
export interface WayLink {
  kind: string
  from: string
  to: string
  proof: Proof
}

/** What several complaints lead back to. */
export interface Candidate {
  subject: string
  kind: string
  /** Which of the subjects that were asked about. */
  legs: number[]
  spread: number
  ways: { leg: number; links: WayLink[] }[]
}

export interface Common {
  subjects: string[]
  /** Named by no event. */
  unknown: string[]
  total: number
  candidates: Candidate[]
}

/** As many as one question may name (docs/spec/http.md, Trace). */
export const MAX_LEGS = 100
const PAGE = 100
const CANDIDATES = 20

interface Only {
  kind?: Kind | undefined
  subject?: string | undefined
}

/** The newest from number `from` on, of one kind or about one subject. */
export async function readComplaints(ask: Ask, from: number, only: Only = {}): Promise<Complaints> {
  const answer = fieldsOf(await ask.get(`/v1/desk/reports?${queryOf(from, only)}`), 'answer')
  return {
    total: wholeOf(answer['total'], 'total'),
    contactDays: wholeOf(answer['contactDays'], 'contactDays'),
    reports: listOf(answer['reports'], 'reports', PAGE, complaintOf),
  }
}

/** Those that were deleted, the last first, from number `from` on. */
export async function readDeletions(ask: Ask, from: number, only: Only): Promise<Deletions> {
  const answer = fieldsOf(await ask.get(`/v1/desk/reports/deleted?${queryOf(from, only)}`), 'answer')
  return { total: wholeOf(answer['total'], 'total'), deleted: listOf(answer['deleted'], 'deleted', PAGE, deletedOf) }
}

function queryOf(from: number, only: Only): URLSearchParams {
  const query = new URLSearchParams({ from: String(from), limit: String(PAGE) })
  for (const [name, value] of Object.entries(only)) if (value !== undefined) query.set(name, value)
  return query
}

/** Those about other goods than the subject that its trace found. */
export function aboutGoods(reports: readonly Complaint[], along: readonly string[], subject: string): Complaint[] {
  const found = new Set(along)
  return reports.filter((one) => one.subject !== subject && found.has(one.subject))
}

/** What lies behind several subjects, that first which explains most. */
export async function readCommon(ask: Ask, subjects: readonly string[]): Promise<Common> {
  const answer = fieldsOf(await ask.post('/v1/trace/converge', { subjects, limit: CANDIDATES }), 'answer')
  const uris = (value: unknown, field: string): string[] =>
    listOf(value, field, MAX_LEGS, (one, of) => textOf(one, of, 1024))
  return {
    subjects: uris(answer['subjects'], 'subjects'),
    unknown: uris(answer['unknown'] ?? [], 'unknown'),
    total: wholeOf(answer['total'], 'total'),
    candidates: listOf(answer['candidates'], 'candidates', CANDIDATES, candidateOf),
  }
}

function complaintOf(value: unknown, field: string): Complaint {
  const one = fieldsOf(value, field)
  const text = maybe(one['text'], 'text', (v, f) => textOf(v, f, 4000))
  const contact = maybe(one['contact'], 'contact', (v, f) => textOf(v, f, 400))
  const region = scanRegion(one['region'])
  return {
    id: textOf(one['id'], 'id', 64),
    atMs: Date.parse(timeOf(one['at'], 'at')),
    subject: textOf(one['subject'], 'subject', 1024),
    kind: oneOf(one['kind'], 'kind', KINDS),
    recorded: one['recorded'] === true,
    ...(text !== undefined && { text }),
    ...(region !== undefined && { region }),
    ...(contact !== undefined && { contact }),
  }
}

function deletedOf(value: unknown, field: string): Deleted {
  const one = fieldsOf(value, field)
  return {
    id: textOf(one['id'], 'id', 64),
    subject: textOf(one['subject'], 'subject', 1024),
    recorded: one['recorded'] === true,
    kind: oneOf(one['kind'], 'kind', KINDS),
    day: timeOf(`${textOf(one['day'], 'day', 10)}T00:00:00Z`, 'day').slice(0, 10),
    atMs: Date.parse(timeOf(one['deletedAt'], 'deletedAt')),
    by: textOf(one['by'], 'by', 200),
  }
}

function candidateOf(value: unknown, field: string): Candidate {
  const one = fieldsOf(value, field)
  return {
    subject: textOf(one['subject'], 'subject', 1024),
    kind: textOf(one['kind'], 'kind', 64),
    legs: listOf(one['legs'], 'legs', MAX_LEGS, (leg, f) => wholeOf(leg, f)),
    spread: wholeOf(one['spread'], 'spread'),
    ways: listOf(one['ways'], 'ways', MAX_LEGS, (way, f) => {
      const { leg, links } = fieldsOf(way, f)
      return { leg: wholeOf(leg, 'leg'), links: listOf(links, 'links', 1000, linkOf) }
    }),
  }
}

function linkOf(value: unknown, field: string): WayLink {
  const { kind, from, to, proof } = fieldsOf(value, field)
  return {
    kind: textOf(kind, 'kind', 64),
    from: textOf(from, 'from', 1024),
    to: textOf(to, 'to', 1024),
    proof: proofOf(proof, 'proof'),
  }
}
