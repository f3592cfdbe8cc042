import { Worker } from 'node:worker_threads'
import type { FeedItem } from '../feed.ts'
import { type Finding, packChunk } from './examine.ts'
import type { Task, TaskDone } from './worker.ts'

interface Examiner {
  worker: Worker
  /** Chunks under way. */
  busy: number
  /** Kids that it has been told of. */
  told: Set<string>
}

interface Waiting {
  resolve: (findings: (Finding | undefined)[]) => void
  reject: (cause: unknown) => void
}

/** Threads that do the part of an audit that needs no order. They start with the first chunk: a small ledger is done before they would be. */
export class Examiners {
  readonly #count: number
  readonly #waiting = new Map<number, Waiting>()
  #threads: Examiner[] | undefined
  #next = 0

  constructor(count: number) {
    this.#count = runsBuilt() ? count : 0
  }

  /** Chunks that may be under way at once, which bounds the memory they take. */
  get depth(): number {
    return 2 * this.#count
  }

  /** @param keys the public keys that are enrolled by now, by kid in hex */
  examine(items: readonly FeedItem[], keys: Iterable<[string, Uint8Array]>): Promise<(Finding | undefined)[]> {
    this.#threads ??= Array.from({ length: this.#count }, () => this.#start())
    const examiner = this.#threads.reduce((idle, other) => (other.busy < idle.busy ? other : idle))
    const task: Task = { id: this.#next++, chunk: packChunk(items), keys: untold(examiner, keys) }
    examiner.busy++
    return new Promise<(Finding | undefined)[]>((resolve, reject) => {
      this.#waiting.set(task.id, { resolve, reject })
      const { statements, events } = task.chunk
      examiner.worker.postMessage(task, [statements.buffer as ArrayBuffer, events.buffer as ArrayBuffer])
    }).finally(() => {
      examiner.busy--
    })
  }

  async close(): Promise<void> {
    const threads = this.#threads ?? []
    this.#threads = []
    await Promise.all(threads.map(({ worker }) => worker.terminate()))
  }

  #start(): Examiner {
    const worker = new Worker(new URL('./worker.js', import.meta.url))
    worker.on('message', ({ id, findings }: TaskDone) => {
      this.#waiting.get(id)?.resolve(findings)
      this.#waiting.delete(id)
    })
    const failed = (cause: unknown): void => {
      for (const { reject } of this.#waiting.values()) reject(cause)
      this.#waiting.clear()
    }
    worker.on('error', failed)
    worker.on('exit', () => failed(new Error('a thread of the audit has ended')))
    return { worker, busy: 0, told: new Set() }
  }
}

/** Tests run the sources, of which a thread could not be started: then the ordering thread does everything itself. */
function runsBuilt(): boolean {
  return import.meta.url.endsWith('.js')
}

function untold({ told }: Examiner, keys: Iterable<[string, Uint8Array]>): [string, Uint8Array][] {
  const fresh = [...keys].filter(([kid]) => !told.has(kid))
  for (const [kid] of fresh) told.add(kid)
  return fresh
}
