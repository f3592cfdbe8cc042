import { Worker } from 'node:worker_threads'
import { LedgerError } from '../error.ts'
import { TraceHost, type TraceNews } from './host.ts'
import type { TraceQuery } from './query.ts'
import type { TraceReply, TraceTask } from './worker.ts'

/** What a walk gathers dies with its answer: with so much room the collector seldom has to look. */
const YOUNG_MB = 64

/** Where the graph is: in a thread of its own, or in this one. */
export interface TracePlace {
  advance(news: TraceNews): void
  ask(query: TraceQuery, size: number): Promise<Uint8Array>
  /** Writes a snapshot when one is due. */
  save(): void
  /** Ends it, with a snapshot for the next start. */
  close(): Promise<void>
}

export interface TracePlaceParts {
  folder: string
  reached: (size: number) => void
  fault: (text: string) => void
  ended: (text: string) => void
  note: (text: string) => void
}

export class InProcess implements TracePlace {
  readonly #host: TraceHost
  readonly #parts: TracePlaceParts

  constructor(parts: TracePlaceParts) {
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

export class InThread implements TracePlace {
  readonly #worker: Worker
  readonly #asked = new Map<number, { resolve: (answer: Uint8Array) => void; reject: (cause: unknown) => void }>()
  #next = 0
  #closed: (() => void) | undefined
  #ended: boolean = false

  constructor({ folder, reached, fault, ended, note }: TracePlaceParts) {
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
