import type { ClockStamp } from '../event/types.ts'
import { isDoubtful } from './doubt.ts'

// Where on the time line a stamp lies, from all that is known of it (docs/spec/event.md, Placing a stamp). Whole milliseconds.

/** The boot's own count may run so much too fast or too slow: a quartz without temperature control. */
export const DRIFT_PPM = 50
/** A ledger's clock is taken to be within this of UTC: a server that NTP sets. */
export const LEDGER_CLOCK_MS = 10_000

/** One stamp and what the ledger knows of it. Only stamps of one key may be compared. */
export interface TimedStamp {
  /** `eventTime`. */
  ms: number
  clock: ClockStamp
  /** Time of the seal over its entry: it was made before. */
  sealedMs?: number
  /** Time of a seal before the entry that the gateway knew to be recorded (`after`): it was made later, if the gateway is honest. */
  knownMs?: number
}

/** Where a stamp lies. A side that nothing bounds is absent. */
export interface TimeInterval {
  earliestMs?: number
  latestMs?: number
  /** What the interval rests on; the ledger may have cut a piece off it in any case. */
  from: 'own clock' | 'anchor' | 'ledger'
  /** What the gateway says contradicts itself or the ledger. Where the ledger bounds the stamp, that bound stands. */
  contradicted: boolean
}

/**
 * When a stamp was most likely made, where something else tells it better than its own clock: the middle of what is known, or the
 * seal's time alone. Undefined where the clock's own word is the best there is, or nothing is certain.
 */
export function placedMs({ earliestMs, latestMs, from, contradicted }: TimeInterval): number | undefined {
  if (from === 'own clock' || contradicted || latestMs === undefined) return undefined
  return earliestMs === undefined ? latestMs : Math.round((earliestMs + latestMs) / 2)
}

interface Span {
  lo: number
  hi: number
}

/**
 * Places a stamp. A good clock is believed, as far as the ledger's seal allows. A doubtful one (`isDoubtful`) is placed by the stamps of the same
 * boot whose clock was good, over the difference of the counts; without any, by its own clock if that claims anything (`rtc`), and by the ledger.
 * @param others further stamps of the same key: those of other boots are left aside
 */
export function timeInterval(stamp: TimedStamp, others: Iterable<TimedStamp>): TimeInterval {
  const boot = [...others].filter(({ clock }) => clock.bootId === stamp.clock.bootId)
  const ledger = ledgerSpan(stamp, boot)
  const claim = claimOf(stamp, boot)
  if (claim === undefined) return interval(ledger, 'ledger', ledger.lo > ledger.hi, stamp)
  const { span, from, contradicted } = claim
  const both = meet(span, ledger)
  if (both.lo > both.hi) return interval(ledger, 'ledger', true, stamp)
  return interval(both, from, contradicted, stamp)
}

/** What the gateway's own stamps say. Undefined where its clock claims nothing. */
function claimOf(
  stamp: TimedStamp,
  boot: readonly TimedStamp[],
): { span: Span; from: 'own clock' | 'anchor'; contradicted: boolean } | undefined {
  const { clock, ms } = stamp
  const own = { lo: ms - clock.uncertaintyMs, hi: ms + clock.uncertaintyMs }
  if (!isDoubtful(clock)) return { span: own, from: 'own clock', contradicted: false }
  const anchors = boot.filter((other) => !isDoubtful(other.clock)).map((anchor) => seenFrom(stamp, anchor))
  if (anchors.length === 0) {
    return clock.source === 'none' ? undefined : { span: own, from: 'own clock', contradicted: false }
  }
  const common = anchors.reduce(meet)
  // Anchors that exclude each other: none of them can be preferred, so the stamp is somewhere among them all.
  return common.lo > common.hi
    ? { span: anchors.reduce(cover), from: 'anchor', contradicted: true }
    : { span: common, from: 'anchor', contradicted: false }
}

/** Where an anchor puts a stamp of its boot: its doubt grows with the count between them. */
function seenFrom(stamp: TimedStamp, { ms, clock }: TimedStamp): Span {
  const apart = stamp.clock.monotonicMs - clock.monotonicMs
  const doubt = clock.uncertaintyMs + driftOver(apart)
  return { lo: ms + apart - doubt, hi: ms + apart + doubt }
}

/** What seals say of the stamp and of its boot: no later than the seal over it, no earlier than what the gateway knew. */
function ledgerSpan(stamp: TimedStamp, boot: readonly TimedStamp[]): Span {
  const span = { lo: Number.NEGATIVE_INFINITY, hi: Number.POSITIVE_INFINITY }
  for (const { clock, sealedMs, knownMs } of [stamp, ...boot]) {
    const apart = stamp.clock.monotonicMs - clock.monotonicMs
    const doubt = LEDGER_CLOCK_MS + driftOver(apart)
    if (sealedMs !== undefined) span.hi = Math.min(span.hi, sealedMs + apart + doubt)
    if (knownMs !== undefined) span.lo = Math.max(span.lo, knownMs + apart - doubt)
  }
  return span
}

/** How far the count may be off after so many milliseconds; its own rounding included. */
export function driftOver(ms: number): number {
  return Math.ceil((Math.abs(ms) * DRIFT_PPM) / 1e6) + 1
}

function meet(a: Span, b: Span): Span {
  return { lo: Math.max(a.lo, b.lo), hi: Math.min(a.hi, b.hi) }
}

function cover(a: Span, b: Span): Span {
  return { lo: Math.min(a.lo, b.lo), hi: Math.max(a.hi, b.hi) }
}

function interval(
  { lo, hi }: Span,
  from: TimeInterval['from'],
  contradicted: boolean,
  stamp: TimedStamp,
): TimeInterval {
  // Bounds of the ledger that exclude each other: only the stamp's own seal needs no honest gateway.
  const own = stamp.sealedMs === undefined ? Number.POSITIVE_INFINITY : stamp.sealedMs + LEDGER_CLOCK_MS + 1
  const [earliest, latest] = lo > hi ? [Number.NEGATIVE_INFINITY, own] : [lo, hi]
  return {
    ...(Number.isFinite(earliest) && { earliestMs: earliest }),
    ...(Number.isFinite(latest) && { latestMs: latest }),
    from,
    contradicted,
  }
}
