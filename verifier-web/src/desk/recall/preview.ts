import { AnswerError, type Ask } from '../../own/answer.ts'
import { readStandings } from '../graph/trace.ts'
import { takenIn } from './cover.ts'
import type { Scope } from './scope.ts'

// Who has what of recalled goods now, before anything is said to them.

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
export function countedOnce(subjects: readonly string[], scope: Pick<Scope, 'lotsOf' | 'contentsOf'>): string[] {
  const chosen = new Set(subjects)
  const isTaken = takenIn(subjects, scope)
  // Each is taken in by itself; that another takes it in is seen without it.
  return subjects.filter((one) => {
    const others = [...(scope.lotsOf.get(one) ?? []), ...before(one)]
    const contents = scope.contentsOf.get(one) ?? []
    return !others.some((other) => chosen.has(other)) && !(contents.length > 0 && contents.every(isTaken))
  })
}

/** What stands before each of its slashes. */
function before(one: string): string[] {
  const parts = one.split('/')
  return parts.map((_, i) => parts.slice(0, i).join('/')).filter((part) => part !== '')
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
