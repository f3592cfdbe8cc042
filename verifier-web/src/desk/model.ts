// What the desk asks for by name, and the answers as it holds them.
import { deviceOffset } from '../local-time.ts'
import { type Both, bothOf, fieldsOf, listOf, maybe, textOf, timeOf, wholeOf } from '../own/answer.ts'
import type { DeskClient } from './client.ts'

/** Something that a question may have meant. Times in ms since 1970. */
export interface Result {
  subject: string
  kind: string
  name?: Both
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
  /** Nothing was found, and the number is mistyped. */
  wrong?: 'GS1_CHECK_DIGIT'
}

/** Whose desk this is. */
export interface Desk {
  name: string
  origin: string
}

export async function readDesk(ask: DeskClient): Promise<Desk> {
  const { name, origin } = fieldsOf(await ask.get('/v1/desk'), 'answer')
  return { name: textOf(name, 'name'), origin: textOf(origin, 'origin') }
}

/** What a question may have meant, the likeliest first. */
export async function search(ask: DeskClient, question: string, cursor?: string): Promise<Results> {
  const zone = deviceOffset(Date.now())
  const query = new URLSearchParams({ q: question, zone, ...(cursor !== undefined && { cursor }) })
  const answer = fieldsOf(await ask.get(`/v1/desk/search?${query}`), 'answer')
  const next = maybe(answer['cursor'], 'cursor', (value, field) => textOf(value, field, 4096))
  return {
    results: listOf(answer['results'], 'results', 100, resultOf),
    total: wholeOf(answer['total'], 'total'),
    ...(next !== undefined && { cursor: next }),
    ...(answer['wrong'] === 'GS1_CHECK_DIGIT' && { wrong: 'GS1_CHECK_DIGIT' }),
  }
}

/** Tells the ledger how long a person has waited, for its log. Whether it hears makes no difference to the person. */
export async function tellTook(ask: DeskClient, ms: number): Promise<void> {
  await ask.post('/v1/desk/answered', { ms: Math.round(ms) }).catch(() => undefined)
}

function resultOf(value: unknown, field: string): Result {
  const one = fieldsOf(value, field)
  const name = maybe(one['name'], field, bothOf)
  const [firstMs, lastMs] = [one['firstAt'], one['lastAt']].map((at) => maybe(at, field, timeOf))
  return {
    subject: textOf(one['subject'], field),
    kind: textOf(one['kind'], field, 32),
    ...(name !== undefined && { name }),
    ...(firstMs !== undefined && { firstMs: Date.parse(firstMs) }),
    ...(lastMs !== undefined && { lastMs: Date.parse(lastMs) }),
    events: wholeOf(one['events'], field),
    more: one['more'] === true,
  }
}
