// One check of one subject, from the address to what the page shows. The only place where asking, checking and remembering meet.
import {
  bestVerify,
  type Elements,
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
import { FetchError, fetchHistory, fetchPolicy } from './fetch-history.ts'
import type { Memory } from './remembered.ts'

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

/**
 * Asks the ledger and checks its answer. Trust on first use: the policy that the ledger serves is pinned by the first check that
 * holds, and every later answer must satisfy it and continue the ledger seen before.
 */
export async function check(
  subject: string,
  elements: Elements,
  memory: Memory,
  now: () => number = Date.now,
): Promise<Finding> {
  const pinned = memory.policy()
  try {
    // The origin whose state is remembered is the pinned policy's; without one there is nothing to continue.
    const known = pinned === undefined ? undefined : memory.checkpoint(originOf(parsePolicy(pinned.text)))
    // Which verifier to take is found out while the line is busy.
    const [text, bundle, verifySignature] = await Promise.all([
      pinned?.text ?? fetchPolicy(),
      fetchHistory(subject, known?.size ?? 0),
      bestVerify(),
    ])
    const trust = { policy: parsePolicy(text), ...(known === undefined ? {} : { remembered: known }) }
    const verdict = await verify(bundle, subject, trust, verifySignature)
    const checkedAtMs = now()
    const checkpoint = rememberable(verdict)
    if (checkpoint !== undefined) {
      if (pinned === undefined) memory.pinPolicy({ text, firstSeenMs: checkedAtMs })
      memory.rememberCheckpoint(checkpoint.origin, checkpoint)
      memory.keep(subject, { atMs: checkedAtMs, bundle })
    }
    // Of goods that nobody recorded the ledger knows no lot: the code may name one.
    const calledBack =
      verdict.state === 'none' ? await recalledBy(subject, elements, trust, verifySignature) : undefined
    const shown = calledBack === undefined ? verdict : { ...verdict, ...calledBack }
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
      ...(await lastCheck(subject, memory)),
    }
  }
}

/** What calls back or holds the lot or the product that stands in the code; nothing where there is none, or nobody could be asked. */
async function recalledBy(
  subject: string,
  elements: Elements,
  trust: Trust,
  verifySignature: Verify,
): Promise<Pick<Verdict, 'state' | 'recalls' | 'holds' | 'names'> | undefined> {
  for (const named of namesOnLabel(elements).filter((name) => name !== subject)) {
    const bundle = await fetchHistory(named, trust.remembered?.size ?? 0).catch(() => undefined)
    const verdict = bundle && (await verify(bundle, named, trust, verifySignature))
    if (verdict?.state === 'recalled' || verdict?.state === 'held') {
      const { state, recalls, holds, names } = verdict
      return { state, recalls, holds, names }
    }
  }
  return undefined
}

function conflictOf({ checks, note }: Verdict, before: string | undefined): Pick<Finding, 'conflict'> {
  const broken = checks.some(({ id, status }) => id === 'ledger' && status === 'failed')
  return broken && note !== undefined && before !== undefined ? { conflict: { before, now: note } } : {}
}

/** The last check that was kept, made again from its proofs: what it showed then, it shows now. */
async function lastCheck(subject: string, memory: Memory): Promise<Partial<Finding>> {
  const kept = memory.kept(subject)
  const policy = memory.policy()
  if (kept === undefined || policy === undefined) return {}
  try {
    const verdict = await verify(kept.bundle, subject, { policy: parsePolicy(policy.text) }, await bestVerify())
    return verdict.state === 'mismatch' ? {} : { verdict, bundle: kept.bundle, checkedAtMs: kept.atMs }
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
