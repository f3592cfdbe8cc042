// What the notice says, and what of it was checked on this device. Words that are not proved are not shown as if they were.
import {
  bestVerify,
  type Localized,
  type ProvenRecall,
  parsePolicy,
  productOf,
  recallUri,
  type Verdict,
  verify,
} from '@tristamp/protocol'
import { check } from '../check.ts'
import { fetchHistory } from '../fetch-history.ts'
import { Memory, type Shelf } from '../remembered.ts'

/** `proved`: signed, whole, and of a ledger that contradicts nothing seen before. `kept`: it was, when it was last checked here. */
export type Standing = 'proved' | 'kept' | 'broken' | 'unknown' | 'unreachable'

export interface Notice {
  standing: Standing
  /** In its last wording; undefined where there is none, or none could be read. */
  recall?: ProvenRecall
  organisation?: Localized
  /** When this device made the check, and when the ledger sealed what was checked; ms. */
  checkedAtMs?: number
  sealedAtMs?: number
  /** Whether as many witnesses as the rules want have signed it. */
  witnessed: boolean
  /** Why it could not be checked. */
  code?: string
}

const ID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/
/** Products whose names are asked for. */
const MOST_NAMES = 6

/** The recall that the address names; undefined for none. */
export function recallOf(search: string): string | undefined {
  const id = new URLSearchParams(search).get('recall') ?? ''
  return ID.test(id) ? id : undefined
}

/** Asks the ledger for the recall's own history, and checks it as a pack's is checked. */
export async function readNotice(id: string): Promise<Notice> {
  const { verdict, failure, checkedAtMs } = await check(recallUri(id), new Map(), new Memory(shelf()))
  const at = checkedAtMs === undefined ? {} : { checkedAtMs }
  if (verdict === undefined)
    return { standing: 'unreachable', witnessed: false, ...(failure && { code: failure.code }) }
  const broken = verdict.checks.find(({ status, id: name }) => status === 'failed' && name !== 'findings')
  if (broken !== undefined) return { standing: 'broken', witnessed: false, code: broken.code ?? broken.id, ...at }
  const recall = verdict.recalls.find((one) => one.recall.id === id)
  const organisation = recall && verdict.names.organisations.get(recall.recall.org)?.name
  const has = (name: string): boolean => verdict.checks.some((one) => one.id === name && one.status === 'passed')
  return {
    standing:
      recall === undefined || !has('signatures') || !has('completeness') ? 'unknown' : failure ? 'kept' : 'proved',
    ...(recall !== undefined && { recall }),
    ...(organisation !== undefined && { organisation }),
    ...(verdict.sealedAtMs !== undefined && { sealedAtMs: verdict.sealedAtMs }),
    witnessed: has('witnesses'),
    ...(failure && { code: failure.code }),
    ...at,
  }
}

/** What the products of these goods are called, as far as the ledger proves it. */
export async function productNames(subjects: readonly string[]): Promise<ReadonlyMap<string, Localized>> {
  const names = new Map<string, Localized>()
  const policy = new Memory(shelf()).policy()
  if (policy === undefined) return names
  const products = new Set(subjects.flatMap((subject) => productOf(subject) ?? []))
  for (const product of [...products].slice(0, MOST_NAMES)) {
    const verdict = await proved(product, policy.text)
    const name = verdict?.names.products.get(product)?.name
    if (name !== undefined) names.set(product, name)
  }
  return names
}

async function proved(subject: string, policy: string): Promise<Verdict | undefined> {
  try {
    const bundle = await fetchHistory(subject, 0)
    const verdict = await verify(bundle, subject, { policy: parsePolicy(policy) }, await bestVerify())
    return verdict.checks.some(({ status, id }) => status === 'failed' && id !== 'findings') ? undefined : verdict
  } catch {
    return undefined
  }
}

function shelf(): Shelf | undefined {
  try {
    return localStorage
  } catch {
    return undefined
  }
}
