import { setImmediate as otherWork } from 'node:timers/promises'
import { equal, leafHash } from '@tristamp/protocol'
import { type Disk, nodeDisk } from '../disk.ts'
import { LedgerError } from '../error.ts'
import { EvidenceFolder } from '../evidence/evidence-folder.ts'
import { LocalFeed } from '../feed.ts'
import { frameSize } from '../frame.ts'
import { TraceBuilder } from './builder.ts'
import { TraceEngine } from './engine.ts'
import { TraceGraph } from './graph.ts'
import type { Signer } from './graph-rows.ts'
import type { TraceQuery } from './query.ts'
import { SeriesFinder } from './series.ts'
import { readTraceSnapshot, type Standpoint, traceSnapshotPath, Unfit, writeTraceSnapshot } from './snapshot.ts'

/** What a ledger tells of itself so that its events can be taken in: how much is sealed, whose new keys are, and which parties organisations are. */
export interface TraceNews {
  size: number
  keys: [kid: string, signer: Signer][]
  parties: [org: string, party: string][]
}

export interface TraceHostParts {
  folder: string
  /** Told of each size that was reached. */
  reached: (size: number) => void
  /** Told what an operator should know of. */
  note: (text: string) => void
  disk?: Disk
}

/** At a stop a snapshot is worth its writing when so many came since the last, or a thirty-second of all. */
const STOP_EVENTS = 20_000
const STOP_SHARE = 32
/** While the node runs it is written when a sixteenth came: all that is ever written is a few times what there is. */
const SAVE_SHARE = 16
/** A node that is to stop does not wait longer for its snapshot. */
const STOP_MS = 15_000

/** A graph that follows the segment files of a ledger, and answers. It reads what is sealed; of its own it writes a snapshot. */
export class TraceHost {
  readonly #parts: TraceHostParts & { disk: Disk }
  readonly #signers = new Map<string, Signer>()
  readonly #parties = new Map<string, string>()
  #builder: TraceBuilder | undefined
  #engine: TraceEngine | undefined
  /** Events in the snapshot that lies there. */
  #saved = 0
  #work: Promise<void> = Promise.resolve()
  #ending: boolean = false

  constructor(parts: TraceHostParts) {
    this.#parts = { disk: nodeDisk, ...parts }
  }

  /** Takes in the events up to a size. Rejects with LedgerError SEGMENT_CORRUPT, or as the disk does. */
  advance({ size, keys, parties }: TraceNews): Promise<void> {
    for (const [kid, signer] of keys) this.#signers.set(kid, signer)
    for (const [org, party] of parties) this.#parties.set(org, party)
    return this.#next(() => this.#advance(size))
  }

  /** Rejects with LedgerError TRACE_NOT_READY before anything was read, and as the engine does. */
  async ask(query: TraceQuery, size: number): Promise<object> {
    const [builder, engine] = [this.#builder, this.#engine]
    if (builder === undefined || engine === undefined) throw new LedgerError('TRACE_NOT_READY', 'nothing is read yet')
    return engine.ask(query, Math.min(size, builder.size))
  }

  /** Writes a snapshot when enough has come since the last. Events wait meanwhile, questions do not. */
  save(): Promise<void> {
    return this.#next(() => this.#save((events) => events / SAVE_SHARE, Number.POSITIVE_INFINITY))
  }

  /** Of the graph, as far as it has come. */
  digest(): string {
    return (this.#builder?.graph ?? new TraceGraph()).digest()
  }

  /** Ends the reading, and leaves a snapshot for the next start. */
  async close(): Promise<void> {
    this.#ending = true
    await this.#work
    const enough = (events: number): number => Math.min(STOP_EVENTS, events / STOP_SHARE)
    await this.#save(enough, performance.now() + STOP_MS)
  }

  #next(work: () => Promise<void>): Promise<void> {
    const done = this.#work.then(work)
    this.#work = done.catch(() => undefined)
    return done
  }

  async #advance(size: number): Promise<void> {
    if (this.#ending || size <= (this.#builder?.size ?? 0)) return
    const feed = await LocalFeed.open(this.#parts.disk, this.#parts.folder)
    try {
      const builder = await this.#begun(feed, size)
      const between = async (reached: number): Promise<void> => {
        this.#parts.reached(reached)
        // Questions come in between.
        await otherWork()
      }
      await builder.advance(feed, size, between, () => this.#ending)
      this.#parts.reached(builder.size)
    } finally {
      await feed.close()
    }
  }

  async #begun(feed: LocalFeed, size: number): Promise<TraceBuilder> {
    if (this.#builder !== undefined) return this.#builder
    const builder = (await this.#fromSnapshot(feed, size)) ?? new TraceBuilder(new TraceGraph(), this.#signers)
    const { disk, folder } = this.#parts
    const evidence = new EvidenceFolder(disk, folder)
    const series = (): SeriesFinder => new SeriesFinder(disk, folder, evidence)
    this.#engine = new TraceEngine(builder.graph, this.#parties, series)
    this.#builder = builder
    return builder
  }

  async #fromSnapshot(feed: LocalFeed, size: number): Promise<TraceBuilder | undefined> {
    const { folder, note } = this.#parts
    try {
      const graph = new TraceGraph()
      const found = await readTraceSnapshot(traceSnapshotPath(folder), graph, (one) => inLog(feed, size, one))
      if (found === undefined) return undefined
      this.#saved = graph.events
      return new TraceBuilder(graph, this.#signers, found.next)
    } catch (error) {
      note(
        `the snapshot of the trace graph is left aside, all events are read: ${error instanceof Error ? error.message : String(error)}`,
      )
      return undefined
    }
  }

  async #save(enough: (events: number) => number, untilMs: number): Promise<void> {
    const { folder, disk, note } = this.#parts
    const { graph, standpoint } = this.#builder ?? {}
    if (graph === undefined || standpoint === undefined) return
    if (graph.events - this.#saved < Math.max(1, enough(graph.events))) return
    const givenUp = (): boolean => performance.now() > untilMs || (this.#ending && untilMs === Number.POSITIVE_INFINITY)
    try {
      if (await writeTraceSnapshot(disk, traceSnapshotPath(folder), graph, standpoint, givenUp))
        this.#saved = graph.events
    } catch (error) {
      note(`no snapshot of the trace graph could be written: ${String(error)}`)
    }
  }
}

/** Whether the log has what a snapshot says that it was made of. @throws Unfit */
async function inLog(feed: LocalFeed, size: number, { next, last }: Standpoint): Promise<void> {
  if (next.entries.index > size || last.place.index !== next.entries.index - 1)
    throw new Unfit(`it is of ${next.entries.index} entries, the log has ${size}`)
  let found: Uint8Array | undefined
  try {
    found = (await feed.entries.read(last.place, frameSize(last.length), 1))[0]
  } catch (error) {
    if (!(error instanceof LedgerError)) throw error
  }
  if (found === undefined || !equal(leafHash(found), last.leaf)) throw new Unfit('it is of another log')
}
