/** No clock is right that shows a time before this program was made. Raised with each release. */
const BUILT_MS: number = Date.UTC(2026, 10, 1)
/** The week counter of GPS begins anew after 1,024 weeks: receivers that miss it are off by 19.6 years, one way or the other. */
const ROLLOVER_MS = 1024 * 7 * 86_400_000

/** Whether a time can be now at all. */
export function isPlausible(utcMs: number): boolean {
  return utcMs >= BUILT_MS && utcMs < BUILT_MS + ROLLOVER_MS
}
