// How far what was checked can be from now, by the two clocks that there are: the ledger's in its seal, and this device's.
import type { Finding } from './check.ts'

const DAY_MS = 86_400_000
/** From here on a state is old. A ledger seals while anything is recorded: a day without any is rarer than a server that shows yesterday. */
export const OLD_MS = DAY_MS
/** By so much two honest clocks may differ. */
export const CLOCKS_MS = 600_000

/** old: what came since `atMs` is not known. behind: by this device's clock `atMs`, which has been, is yet to come. */
export type Age = { kind: 'old'; days: number; atMs: number } | { kind: 'behind'; ms: number; atMs: number }

/** What a finding's age makes people know; undefined where both clocks agree and the state is of today, or where nothing is proved. */
export function ageOf({ state, verdict, checkedAtMs, policySinceMs }: Finding, nowMs: number): Age | undefined {
  const sealedAtMs = state === 'mismatch' ? undefined : verdict?.sealedAtMs
  if (sealedAtMs === undefined) return undefined
  // What this device itself has seen before has been, too.
  const atMs = Math.max(sealedAtMs, checkedAtMs ?? 0, policySinceMs ?? 0)
  if (atMs - nowMs > CLOCKS_MS) return { kind: 'behind', ms: atMs - nowMs, atMs }
  const age = nowMs - sealedAtMs
  // A recall stands until its end is known.
  return age < OLD_MS || state === 'recalled'
    ? undefined
    : { kind: 'old', days: Math.floor(age / DAY_MS), atMs: sealedAtMs }
}
