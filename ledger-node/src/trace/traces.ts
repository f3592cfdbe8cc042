import { Worker } from 'node:worker_threads'
import { LedgerError } from '../error.ts'
import type { Ledger } from '../ledger.ts'
import { TraceHost, type TraceNews } from './host.ts'
import type { TraceQuery } from './query.ts'
import type { TraceReply, TraceTask } from './worker.ts'

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

/** What a walk gathers dies with its answer: with so much room the collector seldom has to look. */
const YOUNG_MB = 64

/** Where the graph is: in a thread of its own, or in this one. */
interface Place {
  advance(news: TraceNews): void
  ask(query: TraceQuery, size: number): Promise<Uint8Array>
  /** Writes a snapshot when one is due. */
  save(): void
  /** Ends it, with a snapshot for the next start. */
  close(): Promise<void>
}

/**
 * Traces of a ledger, leader's or follower's. A thread of its own reads the segment files, all of them at a start and then what is sealed, so
 * that nothing waits for it; questions before it is ready are refused.
 */
export class Traces {
  readonly #parts: TracesParts
  #place: Place | undefined
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

  #start(): Place {
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

interface PlaceParts {
  folder: string
  reached: (size: number) => void
  fault: (text: string) => void
  ended: (text: string) => void
  note: (text: string) => void
}

class InProcess implements Place {
  readonly #host: TraceHost
  readonly #parts: PlaceParts

  constructor(parts: PlaceParts) {
    this.#parts = parts
    this.#host = new TraceHost(parts)
  }

  advance(news: TraceNews): void {
    this.#host.advance(news).catch((error: unknown) => this.#parts.fault(String(error)))
  }

  async ask(query: TraceQuery, size: number): Promise<Uint8Array> {
    return Buffer.from(JSON.stringify(await this.#host.ask(query, size)))
  }

  save(): void {
    void this.#host.save()
  }

  close(): Promise<void> {
    return this.#host.close()
  }
}

class InThread implements Place {
  readonly #worker: Worker
  readonly #asked = new Map<number, { resolve: (answer: Uint8Array) => void; reject: (cause: unknown) => void }>()
  #next = 0
  #closed: (() => void) | undefined
  #ended: boolean = false

  constructor({ folder, reached, fault, ended, note }: PlaceParts) {
    this.#worker = new Worker(new URL('./worker.js', import.meta.url), {
      workerData: folder,
      resourceLimits: { maxYoungGenerationSizeMb: YOUNG_MB },
    })
    this.#worker.unref()
    this.#worker.on('message', (message: TraceReply) => {
      if ('size' in message) reached(message.size)
      else if ('fault' in message) fault(message.fault)
      else if ('note' in message) note(message.note)
      else if ('closed' in message) this.#closed?.()
      else if ('answer' in message) this.#asked.get(message.id)?.resolve(message.answer)
      else this.#asked.get(message.id)?.reject(new LedgerError(message.code, message.message))
    })
    const end = (cause: unknown): void => {
      this.#ended = true
      this.#closed?.()
      for (const { reject } of this.#asked.values()) reject(new LedgerError('TRACE_NOT_READY', String(cause)))
      ended(String(cause))
    }
    this.#worker.once('error', end)
    this.#worker.once('exit', () => end('the thread has ended'))
  }

  advance(news: TraceNews): void {
    this.#post({ do: 'advance', news })
  }

  ask(query: TraceQuery, size: number): Promise<Uint8Array> {
    return this.#answer((id) => ({ do: 'ask', id, query, size }))
  }

  save(): void {
    this.#post({ do: 'save' })
  }

  async close(): Promise<void> {
    // Nothing else may keep the process alive by now.
    this.#worker.ref()
    await new Promise<void>((resolve) => {
      this.#closed = resolve
      if (this.#ended) resolve()
      else this.#post({ do: 'close' })
    })
    await this.#worker.terminate()
  }

  #post(task: TraceTask): void {
    this.#worker.postMessage(task)
  }

  async #answer(task: (id: number) => TraceTask): Promise<Uint8Array> {
    const id = this.#next++
    try {
      return await new Promise((resolve, reject) => {
        this.#asked.set(id, { resolve, reject })
        this.#post(task(id))
      })
    } finally {
      this.#asked.delete(id)
    }
  }
}
