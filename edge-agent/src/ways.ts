import { evidenceNamedBy, evidenceUri } from '@tristamp/protocol'
import { type AgentError, asAgentError } from './error.ts'
import type { EvidenceFiles } from './evidence-files.ts'
import type { RouteRecorder } from './route.ts'

/** The way of what moves, as evidence that waits for its event. */
export class Ways {
  readonly #route: RouteRecorder
  readonly #evidence: EvidenceFiles
  readonly #problem: (error: AgentError) => void
  /** Ways that events which are being written name. */
  #held: { id: string; release: () => void }[] = []

  constructor(route: RouteRecorder, evidence: EvidenceFiles, problem: (error: AgentError) => void) {
    this.#route = route
    this.#evidence = evidence
    this.#problem = problem
  }

  /** The name of the way between two times. A way that cannot be kept is left out: the event matters more. */
  between(fromMs: number, toMs: number): string | undefined {
    const bytes = this.#route.between(fromMs, toMs)
    if (bytes === undefined) return undefined
    try {
      const held = this.#evidence.put(bytes)
      this.#held.push(held)
      return evidenceUri(held.id)
    } catch (thrown) {
      this.#problem(asAgentError(thrown))
      return undefined
    }
  }

  /** The events that name them are on the disk. */
  release(events: readonly Uint8Array[]): void {
    if (this.#held.length === 0) return
    const named = new Set(events.flatMap(evidenceNamedBy))
    for (const { id, release } of this.#held) if (named.has(id)) release()
    this.#held = this.#held.filter(({ id }) => !named.has(id))
  }
}
