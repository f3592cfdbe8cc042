// One check of one subject, from the address to what the page shows. The only place where asking, checking and remembering meet.
import {
  bestVerify,
  type Elements,
  equal,
  namesOnLabel,
  type Policy,
  ProtocolError,
  parsePolicy,
  rememberable,
  type Trust,
  type Verdict,
  type Verify,
  verify,
} from '@tristamp/protocol'
import { CLOCKS_MS } from './age.ts'
import { FetchError, fetchHistory, fetchPolicy } from './fetch-history.ts'
import type { Memory, SeenCheckpoint } from './remembered.ts'

/** `checking` before any answer, else the verdict's own state; `unchecked` also when no answer could be had. */
export type Shown = 'checking' | Verdict['state']

export interface Finding {
  state: Shown
  subject: string
  elements: Elements
  verdict?: Verdict
  bundle?: Uint8Array
  /** When this device made the check that is shown, ms. */
  checkedAtMs?: number
  /** Why the ledger could not be asked; what is shown then is the last check, if any was kept. */
  failure?: { code: string; status?: number }
  /** Two signed notes of the ledger that this device could not bring together: of the last time, and of now. */
  conflict?: { before: string; now: string }
  /** The proofs came as a file, checked under the policy that this device remembers, or one that was chosen with it. */
  file?: 'pinned' | 'chosen'
  /** Seen elsewhere by what the server counted, which nothing proves. */
  counted?: true
  /** When this device first saw the policy it trusts; undefined while this is the first time. */
  policySinceMs?: number
}

/** So often a check begins anew because another tab was faster. Two take turns; who is overtaken more often has something that writes all the time. */
const AGAIN = 3

/**
 * Asks the ledger and checks its answer. Trust on first use: the policy that the ledger serves is pinned by the first check that
 * holds, and every later answer must satisfy it and continue the ledger seen before.
 */
export async function check(
  subject: string,
  elements: Elements,
  memory: Memory,
  now: () => number = Date.now,
  again = AGAIN,
): Promise<Finding> {
  const pinned = memory.policy()
  try {
    const known = continued(memory)
    // Which verifier to take is found out while the line is busy.
    const [text, bundle, verifySignature] = await Promise.all([
      pinned?.text ?? fetchPolicy(),
      fetchHistory(subject, known?.size ?? 0),
      bestVerify(),
    ])
    const trust = { policy: parsePolicy(text), ...(known === undefined ? {} : { remembered: known }) }
    const verdict = await verify(bundle, subject, trust, verifySignature)
    if (isUnread(verdict)) throw new ProtocolError('BUNDLE_MALFORMED', '')
    const checkedAtMs = now()
    const checkpoint = rememberable(verdict)
    if (checkpoint !== undefined) {
      // Another tab may have pinned other rules meanwhile, or seen a state that nothing here was held against.
      const seen = continued(memory)
      const isOther = (memory.policy()?.text ?? text) !== text
      if (isOther || (seen && !isSame(seen, known) && !isSame(seen, checkpoint))) {
        if (again === 0) throw new FetchError('OVERTAKEN')
        return check(subject, elements, memory, now, again - 1)
      }
      // A ledger that has grown until now by this clock agrees with it: a later time that the clock once told was wrong.
      const hasGrown = known !== undefined && checkpoint.size > known.size
      const isNow = hasGrown && Math.abs(checkedAtMs - (verdict.sealedAtMs ?? 0)) <= CLOCKS_MS
      const wasAhead = pinned !== undefined && pinned.firstSeenMs > checkedAtMs && isNow
      if (wasAhead) pinned.firstSeenMs = checkedAtMs
      if (wasAhead || memory.policy() === undefined) memory.pinPolicy(pinned ?? { text, firstSeenMs: checkedAtMs })
      memory.rememberCheckpoint(checkpoint.origin, checkpoint)
      memory.keep(subject, { atMs: checkedAtMs, bundle })
    }
    const shown = await withRecalls(verdict, elements, verifySignature, {
      // What was just seen is the least that may be shown of the lot: a recall must not be hidden by an older state.
      trust: { ...trust, ...(checkpoint && { remembered: checkpoint }) },
      ask: (named) => fetchHistory(named, checkpoint?.size ?? 0).catch(() => undefined),
      keep: (named, found) => memory.keep(named, { atMs: checkedAtMs, bundle: found }),
    })
    const finding = { state: shown.state, subject, elements, verdict: shown, bundle, checkedAtMs }
    return { ...finding, ...conflictOf(verdict, known?.note), ...since(pinned?.firstSeenMs) }
  } catch (error) {
    const failure = failureOf(error)
    return {
      state: 'unchecked',
      subject,
      elements,
      failure,
      ...since(pinned?.firstSeenMs),
      ...(await lastCheck(subject, elements, memory)),
    }
  }
}

/** Where the proofs of what a code names come from, and by what they are checked. */
interface Named {
  trust: Trust
  ask(subject: string): Promise<Uint8Array | undefined>
  keep?(subject: string, bundle: Uint8Array): void
}

/**
 * Of goods that nobody recorded the ledger knows no lot, but the code may name one: what calls back or holds that, or the product, is said of them.
 * So is a lie about it. Where nobody can be asked nothing is added.
 */
async function withRecalls(
  verdict: Verdict,
  elements: Elements,
  verifySignature: Verify,
  { trust, ask, keep }: Named,
): Promise<Verdict> {
  if (verdict.state !== 'none') return verdict
  for (const named of namesOnLabel(elements).filter((name) => name !== verdict.subject)) {
    const bundle = await ask(named)
    if (bundle === undefined) continue
    const of = await verify(bundle, named, trust, verifySignature)
    if (isUnread(of)) continue
    const isLie = rememberable(of) === undefined
    if (!isLie && of.state !== 'recalled' && of.state !== 'held') continue
    if (!isLie) keep?.(named, bundle)
    const { state, checks, recalls, holds, names } = of
    return { ...verdict, state, recalls, holds, names, ...(isLie && { checks }) }
  }
  return verdict
}

/** The state that the ledger must continue. Its origin is the pinned policy's; without one there is nothing to continue. */
function continued(memory: Memory): SeenCheckpoint | undefined {
  const pinned = memory.policy()
  return pinned && memory.checkpoint(originOf(parsePolicy(pinned.text)))
}

/** Whether an answer cannot be read at all: cut on its way, or of a form that this page does not know. That says nothing of the goods. */
function isUnread({ checks: [bundle] }: Verdict): boolean {
  return bundle?.status === 'failed'
}

const isSame = (a: SeenCheckpoint, b: SeenCheckpoint | undefined): boolean =>
  a.size === b?.size && equal(a.root, b.root)

export function conflictOf({ checks, note }: Verdict, before: string | undefined): Pick<Finding, 'conflict'> {
  const broken = checks.some(({ id, status }) => id === 'ledger' && status === 'failed')
  return broken && note !== undefined && before !== undefined ? { conflict: { before, now: note } } : {}
}

/** The last check that was kept, made again from its proofs: what it showed then, it shows now. */
async function lastCheck(subject: string, elements: Elements, memory: Memory): Promise<Partial<Finding>> {
  const kept = memory.kept(subject)
  const policy = memory.policy()
  if (kept === undefined || policy === undefined) return {}
  try {
    const trust = { policy: parsePolicy(policy.text) }
    const verifySignature = await bestVerify()
    const own = await verify(kept.bundle, subject, trust, verifySignature)
    const ask = async (named: string): Promise<Uint8Array | undefined> => memory.kept(named)?.bundle
    const verdict = await withRecalls(own, elements, verifySignature, { trust, ask })
    // What records say against each other they said then; whatever else fails now has come to what was kept since.
    const isBroken = verdict.state === 'mismatch' && rememberable(verdict) === undefined
    return isBroken ? {} : { verdict, bundle: kept.bundle, checkedAtMs: kept.atMs }
  } catch {
    return {}
  }
}

export function originOf(policy: Policy): string {
  return policy.logs[0]?.key.name ?? ''
}

const since = (ms: number | undefined): { policySinceMs?: number } => (ms === undefined ? {} : { policySinceMs: ms })

function failureOf(error: unknown): { code: string; status?: number } {
  if (error instanceof FetchError)
    return error.status === undefined ? { code: error.code } : { code: error.code, status: error.status }
  if (error instanceof ProtocolError) return { code: error.code }
  throw error
}
