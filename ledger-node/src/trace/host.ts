import { setImmediate as otherWork } from 'node:timers/promises'
import { nodeDisk } from '../disk.ts'
import { LocalFeed } from '../feed.ts'
import { TraceBuilder } from './builder.ts'
import { TraceEngine } from './engine.ts'
import { TraceGraph } from './graph.ts'
import type { Signer } from './graph-rows.ts'
import type { TraceQuery } from './query.ts'

/** What a ledger tells of itself so that its events can be taken in: how much is sealed, whose new keys are, and which parties organisations are. */
export interface TraceNews {
  size: number
  keys: [kid: string, signer: Signer][]
  parties: [org: string, party: string][]
}

/** A graph that follows the segment files of a ledger, and answers. It reads what is sealed, and writes nothing. */
export class TraceHost {
  readonly #folder: string
  readonly #told: (size: number) => void
  readonly #graph = new TraceGraph()
  readonly #signers = new Map<string, Signer>()
  readonly #parties = new Map<string, string>()
  readonly #builder = new TraceBuilder(this.#graph, this.#signers)
  readonly #engine = new TraceEngine(this.#graph, this.#parties)
  #work: Promise<void> = Promise.resolve()
  #ending: boolean = false

  /** @param told of each size that was reached */
  constructor(folder: string, told: (size: number) => void) {
    this.#folder = folder
    this.#told = told
  }

  /** Takes in the events up to a size. Rejects with LedgerError SEGMENT_CORRUPT, or as the disk does. */
  advance({ size, keys, parties }: TraceNews): Promise<void> {
    for (const [kid, signer] of keys) this.#signers.set(kid, signer)
    for (const [org, party] of parties) this.#parties.set(org, party)
    const done = this.#work.then(() => this.#advance(size))
    this.#work = done.catch(() => undefined)
    return done
  }

  ask(query: TraceQuery, size: number): Promise<object> {
    return this.#engine.ask(query, Math.min(size, this.#builder.size))
  }

  /** Of the graph, as far as it has come. */
  digest(): string {
    return this.#graph.digest()
  }

  async close(): Promise<void> {
    this.#ending = true
    await this.#work
  }

  async #advance(size: number): Promise<void> {
    if (this.#ending || size <= this.#builder.size) return
    const feed = await LocalFeed.open(nodeDisk, this.#folder)
    try {
      await this.#builder.advance(feed, size, async (reached) => {
        this.#told(reached)
        // Questions come in between.
        await otherWork()
        if (this.#ending) throw new Error('ended')
      })
      this.#told(this.#builder.size)
    } finally {
      await feed.close()
    }
  }
}
