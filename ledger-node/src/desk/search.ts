import { type Localized, productOf } from '@tristamp/protocol'
import type { Directory } from '../directory.ts'
import type { Ledger } from '../ledger.ts'
import type { FoundSubject } from '../trace/finder.ts'
import type { Traces } from '../trace/traces.ts'
import { nameText, type Question } from './question.ts'

export interface SearchParts {
  ledger: Ledger
  traces: Traces
  directory: Directory
}

/** Named things that one question means; a word that fits more of them says too little. */
const MAX_NAMED = 500
const ALWAYS = { from: Number.NEGATIVE_INFINITY, to: Number.POSITIVE_INFINITY }

interface Found {
  treeSize: number
  total: number
  results: FoundSubject[]
  cursor?: string
}

/** A subject as the desk lists it: of a lot or an item, `name` is its product's. */
export interface SearchResult extends FoundSubject {
  name?: Localized
}

export interface SearchAnswer extends Found {
  results: SearchResult[]
  wrong?: string
}

/**
 * What a question may mean, the likeliest first: what it names in full, what has it on its label, what is called so and what was there, lots that begin so; of a day
 * alone what was recorded on it, the newest first. As of the last seal.
 * @throws LedgerError TRACE_NOT_READY, NODE_BUSY, TRACE_CURSOR
 */
export async function searchFor(
  { ledger, traces, directory }: SearchParts,
  { exact, labels, text, days, wrong }: Question,
  limit: number,
  cursor: string | undefined,
): Promise<SearchAnswer> {
  await directory.refresh()
  // An organisation that no event names is found by its number all the same.
  const registered = exact.filter((subject) => nameOf(ledger, directory, subject) !== undefined)
  const named = [...registered, ...(text === '' ? [] : namedLike(ledger, directory, text))]
  const query = { exact, labels, named, ...(days ?? ALWAYS), days: days !== undefined && text === '' }
  const answer = JSON.parse(
    Buffer.from(await traces.ask({ ask: 'search', ...query, limit, cursor })).toString('utf8'),
  ) as Found
  const results = answer.results.map((one) => {
    const name = nameOf(ledger, directory, one.subject)
    return name === undefined ? one : { ...one, name }
  })
  return { ...answer, results, ...(wrong !== undefined && answer.total === 0 && { wrong }) }
}

/** Places, products and organisations in whose name the text is; an organisation stands for its places and products, too. */
function namedLike(ledger: Ledger, directory: Directory, text: string): string[] {
  const fits = ({ zh, en }: Localized): boolean => nameText(zh).includes(text) || nameText(en).includes(text)
  const found = new Set<string>()
  const organisations = [...ledger.state.organisations.values()].filter(
    ({ org, name }) => org.toLowerCase() === text || fits(name),
  )
  const orgs = new Set(organisations.map(({ org }) => org))
  const registered = [...directory.registered()]
  const subjectOf = (one: (typeof registered)[number]): string =>
    one.op === 'register-place' ? one.place : one.product
  for (const one of registered) if (fits(one.name)) found.add(subjectOf(one))
  for (const one of registered) if (one.op === 'register-place' && fits(one.address)) found.add(subjectOf(one))
  for (const { party } of organisations) found.add(party)
  for (const one of registered) if (orgs.has(one.org)) found.add(subjectOf(one))
  return [...found].slice(0, MAX_NAMED)
}

function nameOf(ledger: Ledger, directory: Directory, subject: string): Localized | undefined {
  const place = directory.registeredPlace(subject)
  if (place !== undefined) return place.name
  const product = productOf(subject)
  if (product !== undefined) return directory.registeredProduct(product)?.name
  for (const { party, name } of ledger.state.organisations.values()) if (party === subject) return name
  return undefined
}
