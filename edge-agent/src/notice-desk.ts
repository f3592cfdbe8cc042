import { type AgentError, asAgentError, printable } from './error.ts'
import { headOf, reasonOf } from './order-text.ts'
import type { Recalls } from './recalls.ts'

/** What notices need of the gateway. */
export interface NoticeServices {
  recalls: Recalls
  info(line: string): void
  problem(error: AgentError, key?: string): void
  /** Displays look again. */
  touch(): void
}

/** Recalls and holds as the ledger tells them while the gateway runs. */
export class NoticeDesk {
  readonly #services: NoticeServices

  constructor(services: NoticeServices) {
    this.#services = services
  }

  /** What was told before the last stop. What of it is damaged is told. */
  load(): void {
    const { recalls, problem } = this.#services
    for (const error of recalls.load()) problem(error)
  }

  /** Goods are called back or held, or no longer. */
  take(payload: Uint8Array): void {
    const { recalls, info, problem, touch } = this.#services
    try {
      const notice = recalls.take(payload)
      if (notice === undefined) return
      const { recall, lifted, isAgain, also = [] } = notice
      const what = headOf(recall)
      const { en, zh } = reasonOf(recall)
      if (isAgain) info(`· ${also.length} more items and units are known to be or to hold goods of ${recall.id}`)
      else if (lifted) info(`· ${recall.op === 'hold' ? 'released' : 'lifted'}: ${what}: ${printable(lifted.reason)}`)
      else info(`· ${what}: ${printable(recall.subjects.join(' '))}: ${en} ${zh}`)
    } catch (thrown) {
      problem(asAgentError(thrown), 'notice')
    } finally {
      touch()
    }
  }
}
