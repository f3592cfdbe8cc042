import { AgentError } from '../error.ts'
import type { LineContext } from './driver.ts'

/** Questions to an instrument that answers each with one message, one after the other. */
export class AskLine<M> {
  readonly #context: LineContext
  readonly #isAnswer: (message: M) => boolean
  /** Whoever waits for an answer; undefined is none. */
  #waiting: ((message: M | undefined) => void) | undefined
  #last: Promise<unknown> = Promise.resolve()
  #lose: (error: AgentError) => void = () => undefined
  /** Rejects when an answer did not come: the next one could be the answer to the question before, so the line has to be begun anew. */
  readonly lost: Promise<never>

  constructor(context: LineContext, isAnswer: (message: M) => boolean) {
    this.lost = new Promise((_, reject) => {
      this.#lose = reject
    })
    this.lost.catch(() => undefined)
    this.#context = context
    this.#isAnswer = isAnswer
    context.signal.addEventListener('abort', () => this.#waiting?.(undefined), { once: true })
  }

  /** What the instrument said. */
  heard(messages: readonly M[]): void {
    for (const message of messages) if (this.#isAnswer(message)) this.#waiting?.(message)
  }

  /** Asks, and waits for the answer. @param trying silence is expected, and ends nothing @throws AgentError DEVICE_SILENT */
  async ask(command: string, withinMs: number, trying: boolean = false): Promise<M> {
    const { link, signal, device } = this.#context
    const answered = new Promise<M | undefined>((resolve) => {
      this.#waiting = resolve
    })
    const timer = setTimeout(() => this.#waiting?.(undefined), withinMs)
    try {
      await link.write(new TextEncoder().encode(command))
      const answer = signal.aborted ? undefined : await answered
      if (answer !== undefined) return answer
      const error = new AgentError('DEVICE_SILENT', { device })
      if (!trying) this.#lose(error)
      throw error
    } finally {
      clearTimeout(timer)
      this.#waiting = undefined
    }
  }

  /** One piece of work with the line after the other, whoever asks for it. */
  inTurn<T>(work: () => Promise<T>): Promise<T> {
    const done = this.#last.then(work)
    this.#last = done.catch(() => undefined)
    return done
  }
}
