import { Worker } from 'node:worker_threads'
import type { FeedItem } from '../feed.ts'
import { packChunk } from './chunk.ts'
import type { Finding } from './examine.ts'
import { type PackedFindings, unpackFindings } from './findings.ts'
import type { Task, TaskDone } from './worker.ts'

/** Keys that are enrolled, by kid in hex. A kid's key never changes. */
export type KnownKeys = ReadonlyMap<string, { publicKey: Uint8Array }>

export interface ExaminersOptions {
  /** A thread that has not answered after so many ms is ended; it is waited for without end if this is left out. */
  lateMs?: number
  /** How a thread is started. */
  start?: () => Worker
}

interface Waiting {
  resolve: (findings: PackedFindings) => void
  reject: (cause: unknown) => void
}

interface Examiner {
  worker: Worker
  /** Chunks under way, by task. */
  waiting: Map<number, Waiting>
  /** Kids that it has been told of, and of which keys these were all. */
  told: Set<string>
  toldAllOf: { keys: KnownKeys; size: number } | undefined
}

/** What a chunk leaves behind dies at once: with so much room the collector seldom has to look. */
const YOUNG_MB = 64
/** After a thread has ended by itself, so long nothing is started in its place. */
const RESTART_MS = 10_000

/** Threads that do the part of admission that needs no order. They start with the first chunk: a small ledger is done before they would be. */
export class Examiners {
  readonly #count: number
  readonly #options: ExaminersOptions
  #threads: Examiner[] = []
  #next = 0
  #endedMs = Number.NEGATIVE_INFINITY
  #closed: boolean = false

  constructor(count: number, options: ExaminersOptions = {}) {
    // Tests run the sources, of which a thread could not be started: then the ordering thread does everything itself.
    this.#count = options.start !== undefined || runsBuilt() ? count : 0
    this.#options = options
  }

  /** Chunks that may be under way at once, which bounds the memory they take. */
  get depth(): number {
    return 2 * (this.#mayStart ? this.#count : this.#threads.length)
  }

  /**
   * What each of the statements says by itself. Rejects when the thread ends, is late, or none can be had.
   * @param keys those that are enrolled by now
   */
  async examine(items: readonly FeedItem[], keys: KnownKeys): Promise<(Finding | undefined)[]> {
    while (this.#mayStart && this.#threads.length < this.#count) this.#threads.push(this.#start())
    if (this.#threads.length === 0) throw new Error('no thread can be had')
    const examiner = this.#threads.reduce((idle, other) => (other.waiting.size < idle.waiting.size ? other : idle))
    const task: Task = { id: this.#next++, chunk: packChunk(items), keys: untold(examiner, keys) }
    const { bytes, lengths } = task.chunk
    const answer = new Promise<PackedFindings>((resolve, reject) => {
      examiner.waiting.set(task.id, { resolve, reject })
    })
    examiner.worker.postMessage(task, [bytes.buffer as ArrayBuffer, lengths.buffer as ArrayBuffer])
    const clock = this.#late(examiner)
    try {
      return unpackFindings(await answer)
    } finally {
      clearTimeout(clock)
      examiner.waiting.delete(task.id)
    }
  }

  async close(): Promise<void> {
    this.#closed = true
    const threads = this.#threads
    this.#threads = []
    await Promise.all(threads.map(({ worker }) => worker.terminate()))
  }

  get #mayStart(): boolean {
    return !this.#closed && performance.now() - this.#endedMs >= RESTART_MS
  }

  #late(examiner: Examiner): NodeJS.Timeout | undefined {
    const { lateMs } = this.#options
    if (lateMs === undefined) return undefined
    const end = (): void => {
      this.#ended(examiner, new Error(`a thread has not answered for ${lateMs} ms`))
      void examiner.worker.terminate()
    }
    return setTimeout(end, lateMs)
  }

  #start(): Examiner {
    const worker =
      this.#options.start?.() ??
      new Worker(new URL('./worker.js', import.meta.url), { resourceLimits: { maxYoungGenerationSizeMb: YOUNG_MB } })
    const examiner: Examiner = { worker, waiting: new Map(), told: new Set(), toldAllOf: undefined }
    worker.on('message', ({ id, findings }: TaskDone) => examiner.waiting.get(id)?.resolve(findings))
    worker.on('error', (cause) => this.#ended(examiner, cause))
    worker.on('exit', () => this.#ended(examiner, new Error('a thread has ended')))
    return examiner
  }

  #ended(examiner: Examiner, cause: unknown): void {
    if (this.#threads.includes(examiner)) this.#endedMs = performance.now()
    this.#threads = this.#threads.filter((other) => other !== examiner)
    for (const { reject } of examiner.waiting.values()) reject(cause)
    examiner.waiting.clear()
  }
}

function runsBuilt(): boolean {
  return import.meta.url.endsWith('.js')
}

/** Keys that a thread has not been told of. With thousands enrolled they are not gone through for each chunk. */
function untold(examiner: Examiner, keys: KnownKeys): [string, Uint8Array][] {
  const { told, toldAllOf } = examiner
  if (toldAllOf?.keys === keys && toldAllOf.size === keys.size) return []
  const fresh: [string, Uint8Array][] = []
  for (const [kid, { publicKey }] of keys) if (!told.has(kid)) fresh.push([kid, publicKey])
  for (const [kid] of fresh) told.add(kid)
  examiner.toldAllOf = { keys, size: keys.size }
  return fresh
}
