import type { BreakLimits } from './breaks.ts'
import type { Direction } from './walk.ts'

/** What may be asked. Times are ms since 1970, or infinite; temperatures milli-°C. `limit`: how much one page holds. */
export type TraceQuery = { limit: number; cursor?: string | undefined } & (
  | { ask: 'trace'; subject: string; directions: Direction[]; depth: number; from: number; to: number }
  | { ask: 'converge'; subjects: string[] }
  | { ask: 'where-now'; subject: string }
  /** `frozen`: goods that came into being, or into a lot, at this entry or later are not meant. */
  | { ask: 'recalled'; subjects: string[]; since: number; frozen?: number | undefined }
  /** For the node itself: goods and what they are in, by name, the first `limit` of them. */
  | { ask: 'affected'; subjects: string[]; since: number; frozen?: number | undefined }
  | { ask: 'events'; subject?: string | undefined; place?: string | undefined; from: number; to: number }
  /** `days`: the time alone is the question. */
  | { ask: 'search'; exact: string[]; labels: string[]; named: string[]; from: number; to: number; days: boolean }
  /** For the node itself: what was measured outside of products' limits in entries from `since` on. */
  | { ask: 'breaks'; since: number; limits: BreakLimits[] }
  | { ask: 'exposure'; subject: string; from: number; to: number; min?: number | undefined; max?: number | undefined }
)

/** Nodes that one walk may meet: a product that went everywhere has a hundred thousand. */
export const MAX_NODES = 250_000
/** Transformations, boxes and lots one behind the other; a food has a dozen. */
export const MAX_DEPTH = 64
export const MAX_LEGS = 100
/** Nodes and links, or rows, on a page. */
export const MAX_PAGE = 5000
export const PAGE = 1000
