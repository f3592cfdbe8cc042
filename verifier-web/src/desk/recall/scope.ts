import { sha256, toBase64Url } from '@tristamp/protocol'
import { read } from '../../fetch-history.ts'
import { AnswerError, type Ask } from '../../own/answer.ts'
import { productOf } from '../graph/names.ts'
import { push } from '../graph/picture.ts'
import { parseTracePage, readStandings } from '../graph/trace.ts'
import { isRecallable, MAX_SUBJECTS } from './draft.ts'

// What a recall can be about: the subject, and what a walk forward from it finds. And who has it now.

/** Something that may be ticked. */
export interface Candidate {
  subject: string
  kind: string
  depth: number
}

export interface Scope {
  candidates: Candidate[]
  /** Found and not offered: more than a recall may name. */
  more: number
  /** Of the answer's bytes, as the specification has it; absent where it did not come in one page, so that nothing smaller is frozen. */
  trace?: { treeSize: number; digest: string }
  /** Which lots an item is of, and what lies in a unit, as far as the walk tells. */
  lotsOf: ReadonlyMap<string, readonly string[]>
  contentsOf: ReadonlyMap<string, readonly string[]>
  /** The answer itself, to keep beside the recall: whoever doubts the digest takes it again. */
  bytes: Uint8Array
}

const PAGE_BYTES = 16 << 20

/** Gets bytes as the node sends them: a digest is of them and of nothing else. */
export type GetBytes = (path: string) => Promise<Uint8Array>

export const getBytes: GetBytes = async (path) => {
  const response = await fetch(path, { redirect: 'error', headers: { Accept: 'application/json' } })
  const bytes = await read(response, PAGE_BYTES)
  if (response.ok) return bytes
  const problem: unknown = parsed(bytes)
  throw Object.assign(new Error(`status ${response.status}`), { code: (problem as { code?: unknown } | null)?.code })
}

function parsed(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(bytes))
  } catch {
    return undefined
  }
}

/** The subject, its product, and the lots, items and units found forward, nearest first. @throws AnswerError, and what `get` throws */
export async function readScope(subject: string, get: GetBytes = getBytes): Promise<Scope> {
  const query = new URLSearchParams({ subject, direction: 'forward', limit: '5000' })
  const bytes = await get(`/v1/trace?${query}`)
  const page = parseTracePage(parsed(bytes))
  const found = new Map<string, Candidate>()
  const offer = (one: Candidate): void => {
    if (isRecallable(one.subject) && !found.has(one.subject)) found.set(one.subject, one)
  }
  for (const { id, kind, depth } of [...page.nodes].sort((a, b) => a.depth - b.depth || rank(a.kind) - rank(b.kind)))
    offer({ subject: id, kind, depth })
  const product = productOf(subject)
  if (product !== undefined) offer({ subject: product, kind: 'product', depth: 0 })
  const [lotsOf, contentsOf] = [new Map<string, string[]>(), new Map<string, string[]>()]
  const ids = new Map(page.nodes.map(({ n, id }) => [n, id]))
  for (const { kind, from, to } of page.links) {
    const [child, parent] = [ids.get(from), ids.get(to)]
    if (child === undefined || parent === undefined) continue
    if (kind === 'lot') push(lotsOf, child, parent)
    if (kind === 'contained') push(contentsOf, parent, child)
  }
  const all = [...found.values()]
  const isWhole = page.cursor === undefined && page.incomplete.length === 0
  return {
    candidates: all.slice(0, MAX_SUBJECTS),
    more:
      Math.max(0, all.length - MAX_SUBJECTS) +
      (isWhole ? 0 : Math.max(1, page.total - page.nodes.length - page.links.length)),
    ...{ lotsOf, contentsOf, bytes },
    ...(isWhole && { trace: { treeSize: page.treeSize, digest: toBase64Url(sha256(bytes)) } }),
  }
}

/** Lots before what they consist of: the fewest names say the most. */
function rank(kind: string): number {
  return ['lot', 'product', 'unit', 'item'].indexOf(kind)
}

/** What is ticked to begin with: the subject, and the lots that it went into. What lies in a lot that is ticked need not be named. */
export function firstTicks(subject: string, { candidates }: Scope): string[] {
  return candidates.filter((one) => one.subject === subject || one.kind === 'lot').map((one) => one.subject)
}

/** Goods at a place in someone's hands. */
export interface Affected {
  state: 'there' | 'on the way'
  place?: string
  holder?: string
  milli: number
  uom?: string
  /** Goods of which nobody told the amount. */
  untold: number
}

export interface Preview {
  rows: Affected[]
  /** Thousandths that are used up, ended or unaccounted for, by unit of measure. */
  gone: { state: 'used' | 'ended' | 'unaccounted'; milli: number; uom?: string }[]
  /** Subjects that were looked up, of how many. */
  asked: number
  of: number
}

/** Looked up for a preview; each is a question to the node. */
const MAX_ASKED = 64
const AT_ONCE = 4

/** Those that are not in another of them: items of a lot that is there, too, and units of such items, would be counted twice. */
export function countedOnce(
  subjects: readonly string[],
  { lotsOf, contentsOf }: Pick<Scope, 'lotsOf' | 'contentsOf'>,
): string[] {
  const chosen = new Set(subjects)
  const isIn = (one: string): boolean =>
    [...chosen].some((other) => one.startsWith(`${other}/`)) || (lotsOf.get(one) ?? []).some((lot) => chosen.has(lot))
  const isFilled = (unit: string): boolean => {
    const contents = contentsOf.get(unit) ?? []
    return contents.length > 0 && contents.every((one) => chosen.has(one) || isIn(one))
  }
  return subjects.filter((one) => !isIn(one) && !isFilled(one))
}

/** Who has what of it now, the largest amounts first. @throws AnswerError, and what `ask` throws */
export async function readPreview(
  ask: Ask,
  subjects: readonly string[],
  scope: Pick<Scope, 'lotsOf' | 'contentsOf'>,
): Promise<Preview> {
  const alone = countedOnce(subjects, scope)
  const asked = alone.slice(0, MAX_ASKED)
  const rows = new Map<string, Affected>()
  const gone = new Map<string, Preview['gone'][number]>()
  const left = [...asked]
  const askOn = async (): Promise<void> => {
    for (let subject = left.shift(); subject !== undefined; subject = left.shift()) {
      for (const { state, place, holder, milli, uom, things } of await standingsOf(ask, subject)) {
        const key = [state, place, holder, uom].join(' ')
        if (state === 'there' || state === 'on the way') {
          const row = rows.get(key) ?? { state, ...named({ place, holder, uom }), milli: 0, untold: 0 }
          row.milli += milli ?? 0
          row.untold += milli === undefined ? Math.max(1, things) : 0
          rows.set(key, row)
        } else if (milli !== undefined) {
          const key2 = `${state} ${uom ?? ''}`
          const row = gone.get(key2) ?? { state, ...(uom !== undefined && { uom }), milli: 0 }
          // What does not add up is told below zero.
          row.milli += Math.abs(milli)
          gone.set(key2, row)
        }
      }
    }
  }
  await Promise.all(Array.from({ length: AT_ONCE }, askOn))
  return {
    rows: [...rows.values()].sort((a, b) => b.milli - a.milli || (a.place ?? '').localeCompare(b.place ?? '')),
    gone: [...gone.values()],
    asked: asked.length,
    of: alone.length,
  }
}

/** A subject that no event names, as a product may be, is nowhere. */
async function standingsOf(ask: Ask, subject: string): Promise<Awaited<ReturnType<typeof readStandings>>['standings']> {
  try {
    return (await readStandings(ask, subject)).standings
  } catch (error) {
    if (!(error instanceof AnswerError) && (error as { code?: unknown }).code === 'NOT_FOUND') return []
    throw error
  }
}

function named(fields: {
  place: string | undefined
  holder: string | undefined
  uom: string | undefined
}): Partial<Affected> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined))
}
