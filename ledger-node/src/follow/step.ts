import { isSeal, ProtocolError, parseStatement } from '@tristamp/protocol'
import type { Finding } from '../audit/examine.ts'
import type { FeedItem } from '../feed.ts'
import type { Claim, ReadClaim } from './claim.ts'
import type { Leader } from './leader.ts'

/** Blocks that are taken over together: the entries from `first` on, up to a state that the leader has signed. */
export interface Step {
  first: number
  items: FeedItem[]
  /** What other threads found out about the items, as far as they did. */
  findings: readonly (Finding | undefined)[]
  claim: Claim
}

/** Entries asked for at a time: four bundles. */
const WINDOW = 1024
/** Events taken over at a time, if they are more than one block: some hundred milliseconds of work. */
const STEP_EVENTS = 8192

/** Looks at statements by themselves, before their turn comes. */
export type Examine = (items: readonly FeedItem[]) => Promise<(Finding | undefined)[]>

/** Brings step after step. What was fetched beyond the end of one is kept for the next. */
export class Supply {
  readonly #leader: Leader
  readonly #claims: ReadClaim
  readonly #examine: Examine
  #from = 0
  #entries: Uint8Array[] = []

  constructor(leader: Leader, claims: ReadClaim, examine: Examine) {
    this.#leader = leader
    this.#claims = claims
    this.#examine = examine
  }

  /**
   * The next step towards a checkpoint: whole blocks, as many as fill the measure. Where it ends before the checkpoint does, the
   * leader is asked to sign that state too, so that what is taken over is always a state that it stands for; from a leader
   * that does not, everything is taken in one step. Rejects with LedgerError PEER_*, Difference.
   */
  async next(first: number, target: Claim): Promise<Step> {
    if (this.#from !== first) this.#entries = []
    this.#from = first
    const end = first + (await this.#blocks(target.size))
    if (end === target.size) return this.#take(end, target, await this.#leader.events(first, end))
    const [events, note] = await Promise.all([this.#leader.events(first, end), this.#leader.checkpointOf(end)])
    if (note !== undefined) return this.#take(end, await this.#claims(note), events)
    while (this.#end < target.size) await this.#fetch(target.size)
    return this.#take(target.size, target, [...events, ...(await this.#leader.events(end, target.size))])
  }

  async #take(end: number, claim: Claim, events: FeedItem['events'][]): Promise<Step> {
    const first = this.#from
    const items = this.#entries.splice(0, end - first).map((bytes, i) => ({ bytes, events: events[i]! }))
    this.#from = end
    return { first, items, findings: await this.#examine(items), claim }
  }

  /** How many entries make up the last block that begins within the measure, or all there are. */
  async #blocks(size: number): Promise<number> {
    let events = 0
    let sealed = 0
    for (let i = 0; this.#from + i < size; i++) {
      if (i === this.#entries.length) {
        if (sealed > 0 && i >= WINDOW) return sealed
        await this.#fetch(size)
      }
      const bytes = this.#entries[i]!
      if (isSeal(bytes)) sealed = i + 1
      else events += countOf(bytes)
      if (sealed > 0 && events >= STEP_EVENTS) return sealed
    }
    // A checkpoint whose last entry is no seal is wrong, which is not for here to say.
    return size - this.#from
  }

  get #end(): number {
    return this.#from + this.#entries.length
  }

  async #fetch(size: number): Promise<void> {
    const to = Math.min(size, (Math.floor(this.#end / WINDOW) + 1) * WINDOW)
    this.#entries.push(...(await this.#leader.entries(this.#end, to)))
  }
}

/** How many events an entry says that it has; what is no statement is for others to find. */
function countOf(bytes: Uint8Array): number {
  try {
    return parseStatement(bytes).header.count
  } catch (error) {
    if (error instanceof ProtocolError) return 0
    throw error
  }
}
