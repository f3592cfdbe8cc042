// The proofs of a subject and of what belongs to it, checked in this browser: the desk trusts no server either.
import type { Names, Verdict } from '@tristamp/protocol'
import { check, type Finding } from '../check.ts'
import { Memory } from '../remembered.ts'
import type { Trace } from './graph/trace.ts'

/** Goods whose proofs are checked without being asked; more at the press of a button. */
export const AT_FIRST = 24
export const MORE = 100
/** Checked at one time. */
const AT_ONCE = 3

/**
 * What this browser remembers of the ledger, as the product page does: its policy and its last state. Of what the desk looks at, which is much, nothing is kept: the
 * proofs that a person keeps stay.
 */
export function deskMemory(local: Storage | undefined): Memory {
  if (local === undefined) return new Memory(undefined)
  const isKept = (key: string): boolean => key.startsWith('tristamp/1/kept')
  return new Memory({
    getItem: (key) => (isKept(key) ? null : local.getItem(key)),
    setItem: (key, value) => {
      if (!isKept(key)) local.setItem(key, value)
    },
    removeItem: (key) => {
      if (!isKept(key)) local.removeItem(key)
    },
  })
}

/** One check, as the product page makes it. It does not reject. */
export function checkSubject(subject: string, memory: Memory): Promise<Finding> {
  return check(subject, new Map(), memory).catch(
    (): Finding => ({ state: 'unchecked', subject, elements: new Map(), failure: { code: 'SERVER' } }),
  )
}

/** Goods of a trace that have a history of their own, the subject left out: lots, then units, then items. */
export function othersOf({ subject, nodes }: Trace): string[] {
  return ['lot', 'unit', 'item'].flatMap((kind) =>
    nodes.flatMap((node) => (node.kind === kind && node.id !== subject ? [node.id] : [])),
  )
}

/** Checks one after the other. @param tell called with each @param isWanted asked before each */
export async function checkOthers(
  subjects: readonly string[],
  memory: Memory,
  tell: (finding: Finding) => void,
  isWanted: () => boolean,
): Promise<void> {
  const left = [...subjects]
  const work = async (): Promise<void> => {
    for (let subject = left.shift(); subject !== undefined && isWanted(); subject = left.shift())
      tell(await checkSubject(subject, memory))
  }
  await Promise.all(Array.from({ length: AT_ONCE }, work))
}

/** Names that any of the verdicts proves. */
export function namesOf(verdicts: readonly Verdict[]): Names {
  const names: Names = { products: new Map(), places: new Map(), organisations: new Map() }
  for (const verdict of verdicts) {
    for (const [uri, one] of verdict.names.products) names.products.set(uri, one)
    for (const [uri, one] of verdict.names.places) names.places.set(uri, one)
    for (const [org, one] of verdict.names.organisations) names.organisations.set(org, one)
  }
  return names
}
