import type { ClockStamp } from '../event/types.ts'

/** Above this a stamp's order among the steps around it is no longer certain; good clocks stay a thousand times below. */
export const DOUBTFUL_MS = 60_000

/**
 * Whether a clock needs other evidence than itself: nothing sets it, or it may be off by more than a minute. The anchors of its
 * boot then belong to the lineage, so that a reader knows of each, and knows when there is none (docs/spec/report.md).
 */
export function isDoubtful({ source, uncertaintyMs }: ClockStamp): boolean {
  return source === 'none' || source === 'rtc' || uncertaintyMs > DOUBTFUL_MS
}
