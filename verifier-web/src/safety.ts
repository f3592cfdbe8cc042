// The three rows a shopper asks for first, as facts; the words are made in the view. Pure.
import { type Check, isHeld, isStanding, type Verdict } from '@tristamp/protocol'
import type { Age } from './age.ts'
import type { Journey } from './journey.ts'
import type { Pack } from './product.ts'
import { measuredMs, type Track } from './temperature.ts'

/** `held`: not recalled, and not let go either. `free` and `drill`: proven not to be recalled, with a drill going on; `was-recalled` when last checked. */
export type Recall =
  | 'recalled'
  | 'was-recalled'
  | 'held'
  | 'free'
  | 'drill'
  | 'not-checked'
  | 'unknown-now'
  | 'unknowable'

export type Temperature =
  | { kind: 'none' }
  | { kind: 'unknown-now' }
  | { kind: 'doubtful' }
  | { kind: 'no-limits'; minMilli: number; maxMilli: number; measuredMs: number; totalMs: number }
  | {
      /** `scarce`: within the limits as far as was measured, which was not even half of the time, or one moment alone. */
      kind: 'kept' | 'scarce' | 'left'
      limits: Limits
      minMilli: number
      maxMilli: number
      overMs: number
      totalMs: number
      gaps: number
      gapMs: number
    }

export type UseBy = { kind: 'unknown' } | { kind: 'days'; days: number }

export interface Limits {
  minMilliC: number
  maxMilliC: number
}

/** What was measured for less than this was measured at a moment, not for a time. */
export const MOMENT_MS = 60_000
const DAY_MS = 86_400_000

/** How the goods were kept, judged by their registered limits over what was measured and nothing else. */
export function temperatureOf(track: Track | undefined, limits: Limits | undefined): Temperature {
  if (track === undefined) return { kind: 'none' }
  const { minMilli, maxMilli } = track
  const totalMs = track.toMs - track.fromMs
  if (limits === undefined) return { kind: 'no-limits', minMilli, maxMilli, measuredMs: measuredMs(track), totalMs }
  const within = minMilli >= limits.minMilliC && maxMilli <= limits.maxMilliC
  const gapMs = totalMs - measuredMs(track)
  const scarce = totalMs < MOMENT_MS || gapMs * 2 > totalMs
  return {
    kind: within ? (scarce ? 'scarce' : 'kept') : 'left',
    limits,
    minMilli,
    maxMilli,
    overMs: within ? 0 : outsideMs(track, limits),
    totalMs,
    gaps: track.gaps.length,
    gapMs,
  }
}

/** Milliseconds outside the limits: from each reading outside to the next reading of its line. Extremes between readings have no length of their own. */
function outsideMs(track: Track, limits: Limits): number {
  let sum = 0
  for (const line of track.lines) {
    line.forEach((point, i) => {
      const outside = point.milli < limits.minMilliC || point.milli > limits.maxMilliC
      if (outside) sum += (line[i + 1]?.ms ?? point.ms) - point.ms
    })
  }
  return sum
}

/** Whole days until the end of the use-by date, in the reader's own calendar; negative after it. */
export function useByOf(useBy: string | undefined, now: Date): UseBy {
  if (useBy === undefined) return { kind: 'unknown' }
  const today = Date.UTC(now.getFullYear(), now.getMonth(), now.getDate())
  return { kind: 'days', days: Math.round((Date.parse(`${useBy}T00:00:00Z`) - today) / DAY_MS) }
}

export interface Safety {
  recall: Recall
  /** As of when nothing is recalled: the ledger's clock at its last seal. */
  recallAsOfMs?: number
  temperature: Temperature
  useBy: UseBy
}

/**
 * That goods are not recalled is proven by whole histories and good signatures, and by nothing less: of goods that nobody recorded, lot and
 * product are not known.
 */
export function recallOf(state: string, verdict: Verdict | undefined): Recall {
  if (state === 'recalled') return 'recalled'
  if (verdict?.recalls.some(isStanding)) return 'was-recalled'
  if (state === 'held' || verdict?.holds.some(isHeld)) return 'held'
  if (state === 'none') return 'unknowable'
  if (state === 'unchecked') return 'unknown-now'
  const passed = (id: Check['id']): boolean =>
    verdict?.checks.some((check) => check.id === id && check.status === 'passed') ?? false
  if (verdict?.sealedAtMs === undefined || !passed('completeness') || !passed('signatures'))
    return state === 'mismatch' ? 'unknown-now' : 'not-checked'
  return verdict.recalls.some(({ lifted }) => lifted === undefined) ? 'drill' : 'free'
}

/** Records that don't check out are no ground to say anything, and without any that nothing was measured is not known. */
function keptNow(state: string, temperature: Temperature, last?: string): Temperature {
  if (state === 'mismatch' || last === 'mismatch') return { kind: 'doubtful' }
  return state === 'unchecked' && temperature.kind === 'none' ? { kind: 'unknown-now' } : temperature
}

/** The three rows together. `state` is what the page shows: without a check of now, nothing is known of now. */
export function safetyOf(
  state: string,
  journey: Journey | undefined,
  pack: Pack,
  now: Date,
  verdict?: Verdict,
  age?: Age,
): Safety {
  const asOfMs = verdict?.sealedAtMs
  const recall = recallOf(state, verdict)
  // By a clock that is behind, what is over would have days left.
  const today = age?.kind === 'behind' ? new Date(now.getTime() + age.ms) : now
  return {
    // What was called back since an old state is not in it.
    recall: age?.kind === 'old' && (recall === 'free' || recall === 'drill') ? 'unknown-now' : recall,
    ...(asOfMs !== undefined && { recallAsOfMs: asOfMs }),
    temperature: keptNow(state, temperatureOf(journey?.track, pack.limits), verdict?.state),
    useBy: useByOf(pack.useBy, today),
  }
}
