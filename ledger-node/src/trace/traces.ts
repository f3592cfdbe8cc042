import { LedgerError } from '../error.ts'
import type { Ledger } from '../ledger.ts'
import type { TraceNews } from './host.ts'
import type { TraceQuery } from './query.ts'
import { InProcess, InThread, type TracePlace } from './trace-place.ts'

export interface TracesParts {
  ledger: Ledger
  folder: string
  /** Called with what an operator should know of. */
  note: (text: string) => void
  /** How often it is looked whether a snapshot is due, ms; 0: only when the node stops. */
  snapshotEveryMs?: number
}

/** Questions under way at once: each may hold some ten megabytes. */
const MAX_ASKED = 16
/** Between two looks at whether something was sealed. */
const LOOK_MS = 200
/** An answer may be as of what was read so far, after this. */
const WAIT_MS = 2000
/** After a thread has ended by itself, so long none is started in its place. */
const RESTART_MS = 10_000

/**
 * Traces of a ledger, leader's or follower's. A thread of its own reads the segment files, all of them at a start and then what is sealed, so
 * that nothing waits for it; questions before it is ready are refused.
 */
export class Traces {
  readonly #parts: TracesParts
  #place: TracePlace | undefined
  #timer: NodeJS.Timeout | undefined
  #saving: NodeJS.Timeout | undefined
  /** Entries that are in the graph, that it was told of, and that there were at its start. */
  #size = 0
  #asked = 0
  #target: number | undefined
  #told = new Set<string>()
  #restartMs = 0
  #waiting = new Set<() => void>()
  #underWay = 0
  #closed: boolean = false

  constructor(parts: TracesParts) {
    this.#parts = parts
  }

  /** Begins to read: after everything else has started. */
  begin(): void {
    this.#timer = setInterval(() => this.#look(), LOOK_MS)
    this.#timer.unref()
    const { snapshotEveryMs = 0 } = this.#parts
    if (snapshotEveryMs > 0) this.#saving = setInterval(() => this.#place?.save(), snapshotEveryMs).unref()
    this.#look()
  }

  /** Entries read, and how many there are. */
  get progress(): { ready: boolean; entries: number; of: number } {
    const of = Math.max(this.#target ?? 0, this.#parts.ledger.latest?.size ?? 0)
    return { ready: this.#target !== undefined && this.#size >= this.#target, entries: this.#size, of }
  }

  /** The answer as JSON. Rejects with LedgerError TRACE_NOT_READY, NODE_BUSY, NOT_FOUND, TRACE_CURSOR. */
  async ask(query: TraceQuery): Promise<Uint8Array> {
    const { ready, entries, of } = this.progress
    const size = this.#parts.ledger.sealed?.size
    if (!ready || this.#place === undefined || size === undefined)
      throw new LedgerError('TRACE_NOT_READY', `${entries} of ${of} entries are read`)
    if (this.#size < size) {
      this.#look()
      await this.#reach(size)
    }
    if (this.#underWay >= MAX_ASKED) throw new LedgerError('NODE_BUSY', `${MAX_ASKED} traces are being worked out`)
    this.#underWay++
    try {
      return await this.#place.ask(query, size)
    } finally {
      this.#underWay--
    }
  }

  async close(): Promise<void> {
    this.#closed = true
    clearInterval(this.#timer)
    clearInterval(this.#saving)
    for (const wake of this.#waiting) wake()
    await this.#place?.close()
  }

  #look(): void {
    const { ledger } = this.#parts
    const size = ledger.latest?.size ?? 0
    if (this.#closed || performance.now() < this.#restartMs) return
    if (this.#place === undefined) {
      this.#target = size
      this.#place = this.#start()
    }
    if (size <= this.#asked) return
    this.#asked = size
    const keys: TraceNews['keys'] = []
    for (const [kid, { org, gateway }] of ledger.state.keys) {
      if (org === undefined || gateway === undefined || this.#told.has(kid)) continue
      this.#told.add(kid)
      keys.push([kid, { org, gateway }])
    }
    const parties = [...ledger.state.organisations.values()].map(({ org, party }): [string, string] => [org, party])
    this.#place.advance({ size, keys, parties })
  }

  #start(): TracePlace {
    const parts = {
      folder: this.#parts.folder,
      reached: (size: number) => this.#reached(size),
      fault: (text: string) => this.#fault(text),
      ended: (text: string) => this.#ended(text),
      note: (text: string) => this.#parts.note(text),
    }
    // Tests run the sources, of which a thread could not be started.
    return import.meta.url.endsWith('.js') ? new InThread(parts) : new InProcess(parts)
  }

  #reached(size: number): void {
    this.#size = size
    for (const wake of this.#waiting) wake()
  }

  /** What could not be read is read again, from where it stopped. */
  #fault(text: string): void {
    if (this.#closed) return
    this.#asked = this.#size
    this.#restartMs = performance.now() + RESTART_MS
    this.#parts.note(`traces: ${text}`)
  }

  #ended(text: string): void {
    if (this.#closed) return
    this.#place = undefined
    this.#size = 0
    this.#told = new Set()
    this.#fault(text)
  }

  async #reach(size: number): Promise<void> {
    const begin = performance.now()
    while (this.#size < size && !this.#closed && performance.now() - begin < WAIT_MS)
      await new Promise<void>((resolve) => {
        const clock = setTimeout(done, WAIT_MS)
        const waiting = this.#waiting
        function done(): void {
          clearTimeout(clock)
          waiting.delete(done)
          resolve()
        }
        waiting.add(done)
      })
  }
}
