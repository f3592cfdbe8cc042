// What the desk asks for by name, and the answers as it holds them.
import type { SubjectKind } from '@tristamp/protocol'
import type { DeskClient } from './client.ts'
import { type Fields, fieldsOf, listOf, maybe, numberOf, textOf } from './parse.ts'

export interface Localized {
  zh: string
  en: string
}

/** Something that a question may have meant. Times in ms since 1970. */
export interface Result {
  subject: string
  kind: string
  name?: Localized
  firstMs?: number
  lastMs?: number
  /** Events that name it; `more`: there are more than were counted. */
  events: number
  more: boolean
}

export interface Results {
  results: Result[]
  total: number
  cursor?: string
}

/** Whose desk this is. */
export interface Desk {
  name: string
  origin: string
}

export type { SubjectKind }

export async function readDesk(ask: DeskClient): Promise<Desk> {
  const { name, origin } = fieldsOf(await ask.get('/v1/desk'))
  return { name: textOf(name), origin: textOf(origin) }
}

/** What a question may have meant, the likeliest first. */
export async function search(ask: DeskClient, question: string, cursor?: string): Promise<Results> {
  const query = new URLSearchParams({ q: question, ...(cursor !== undefined && { cursor }) })
  const answer = fieldsOf(await ask.get(`/v1/desk/search?${query}`))
  const next = maybe(answer['cursor'], textOf)
  return {
    results: listOf(answer['results'], resultOf),
    total: numberOf(answer['total']),
    ...(next !== undefined && { cursor: next }),
  }
}

/** Tells the ledger how long a person has waited, for its log. Whether it hears makes no difference to the person. */
export async function tellTook(ask: DeskClient, ms: number): Promise<void> {
  await ask.post('/v1/desk/answered', { ms: Math.round(ms) }).catch(() => undefined)
}

function resultOf(value: unknown): Result {
  const one = fieldsOf(value)
  const name = maybe(one['name'], localizedOf)
  const [firstMs, lastMs] = [timeOf(one['firstAt']), timeOf(one['lastAt'])]
  return {
    subject: textOf(one['subject']),
    kind: textOf(one['kind']),
    ...(name !== undefined && { name }),
    ...(firstMs !== undefined && { firstMs }),
    ...(lastMs !== undefined && { lastMs }),
    events: numberOf(one['events']),
    more: one['more'] === true,
  }
}

function localizedOf(value: unknown): Localized {
  const { zh, en }: Fields = fieldsOf(value)
  return { zh: textOf(zh), en: textOf(en) }
}

/** Undefined for no time, and for one that is none. */
function timeOf(value: unknown): number | undefined {
  const ms = typeof value === 'string' ? Date.parse(value) : Number.NaN
  return Number.isNaN(ms) ? undefined : ms
}
