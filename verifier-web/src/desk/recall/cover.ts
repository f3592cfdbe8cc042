import { productOf } from '../graph/names.ts'
import { push } from '../graph/picture.ts'
import { MAX_SUBJECTS } from './draft.ts'
import type { Scope } from './scope.ts'

// A recall names so much and no more: which names take in all that a trace found.

type Known = Pick<Scope, 'candidates' | 'lotsOf' | 'contentsOf'>

/** Tells of something found whether these names take it in: itself, its product, its lot; a unit by all that lies in it. */
export function takenIn(
  names: Iterable<string>,
  { lotsOf, contentsOf }: Pick<Known, 'lotsOf' | 'contentsOf'>,
): (one: string) => boolean {
  const chosen = new Set(names)
  const known = new Map<string, boolean>()
  const isGoods = (one: string): boolean =>
    isIn(one, chosen) || (lotsOf.get(one) ?? []).some((lot) => isIn(lot, chosen))
  const isTaken = (one: string): boolean => {
    const before = known.get(one)
    if (before !== undefined) return before
    // In boxes that lie in each other, which nothing forbids, a circle is not taken in.
    known.set(one, false)
    const contents = contentsOf.get(one) ?? []
    const taken = isGoods(one) || (contents.length > 0 && contents.every(isTaken))
    known.set(one, taken)
    return taken
  }
  return isTaken
}

/** Itself, or what stands before one of its slashes: an item's product, a lot's. */
function isIn(one: string, chosen: ReadonlySet<string>): boolean {
  if (chosen.has(one)) return true
  for (let at = one.lastIndexOf('/'); at > 0; at = one.lastIndexOf('/', at - 1))
    if (chosen.has(one.slice(0, at))) return true
  return false
}

export interface Cover {
  subjects: string[]
  /** Products among them that the trace did not find as such: they take in all that bears their number, found or not. */
  products: string[]
}

/**
 * The names that take in all that was found: the subject, lots, and items and units that are in none of them. Where these are more than one notice
 * can name, the products with the most of them stand for them.
 */
export function coverOf(subject: string, scope: Known): Cover {
  const { candidates } = scope
  const lots = candidates.filter((one) => one.subject === subject || one.kind === 'lot')
  const subjects = lots.map((one) => one.subject)
  const isTaken = takenIn(subjects, scope)
  const left = candidates.filter(({ kind, subject: one }) => kind !== 'product' && !isTaken(one))
  const byProduct = new Map<string, string[]>()
  for (const { subject: one } of left) {
    const product = productOf(one)
    if (product !== undefined) push(byProduct, product, one)
  }
  const products: string[] = []
  const alone = new Set(left.map((one) => one.subject))
  for (const [product, goods] of [...byProduct].sort(([, a], [, b]) => b.length - a.length)) {
    if (subjects.length + products.length + alone.size <= MAX_SUBJECTS || goods.length < 2) break
    products.push(product)
    for (const one of goods) alone.delete(one)
  }
  const chosen = [...subjects, ...products]
  // What lies in a unit may be taken in by now.
  const isTakenNow = takenIn(chosen, scope)
  return { subjects: [...chosen, ...[...alone].filter((one) => !isTakenNow(one))], products }
}

/** What is ticked to begin with: the subject, and the lots that it went into. What lies in a lot that is ticked need not be named. */
export function firstTicks(subject: string, { candidates }: Pick<Scope, 'candidates'>): string[] {
  return candidates.filter((one) => one.subject === subject || one.kind === 'lot').map((one) => one.subject)
}
