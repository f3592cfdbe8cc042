import { availableParallelism } from 'node:os'
import { type AdmissionState, isSeal } from '@tristamp/protocol'
import type { Finding } from '../audit/examine.ts'
import { Examiners } from '../audit/examiners.ts'
import type { FeedItem } from '../feed.ts'
import type { Examine } from './step.ts'

/** Fewer entries to go than this are done before threads would have started. */
const WORTH_ENTRIES = 512
/** Statements that go to a thread at once. */
const CHUNK = 32
/** The most threads: what has to be done in order is no faster with more. */
const MAX_THREADS = 4

/** Signatures and events of steps, checked in other threads while earlier steps are taken over: all that needs no order. */
export class StepThreads {
  readonly #examiners: Examiners | undefined
  readonly #state: () => AdmissionState
  #closed: boolean = false

  /** @param entries how many are to come */
  constructor(entries: number, state: () => AdmissionState) {
    this.#state = state
    if (entries >= WORTH_ENTRIES) this.#examiners = new Examiners(Math.min(MAX_THREADS, availableParallelism()))
  }

  readonly examine: Examine = async (items) => {
    const examiners = this.#examiners
    // Without threads (depth 0) everything is found out when its turn comes.
    if (examiners === undefined || examiners.depth === 0 || this.#closed) return []
    const statements = items.flatMap(({ bytes }, i) => (isSeal(bytes) ? [] : [i]))
    const { keys } = this.#state()
    const findings = new Array<Finding | undefined>(items.length).fill(undefined)
    const chunks: number[][] = []
    for (let at = 0; at < statements.length; at += CHUNK) chunks.push(statements.slice(at, at + CHUNK))
    await Promise.all(
      chunks.map(async (chunk) => {
        const found = await examiners.examine(
          chunk.map((i): FeedItem => items[i]!),
          keys,
        )
        chunk.forEach((i, k) => {
          findings[i] = found[k]
        })
      }),
    )
    return findings
  }

  async close(): Promise<void> {
    this.#closed = true
    await this.#examiners?.close()
  }
}
