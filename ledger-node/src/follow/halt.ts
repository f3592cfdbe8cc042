import { SENTENCES } from '../error.ts'
import type { Difference } from './difference.ts'
import type { Divergence, DivergenceFile } from './divergence.ts'
import type { FollowMetrics } from './follow-metrics.ts'

export interface HaltParts {
  file: DivergenceFile
  /** The leader's address. */
  leader: string
  metrics: FollowMetrics
  now: () => number
  log: (text: string) => void
}

/** Whether a follower must not go on, and the alarm when it comes to that. */
export class Halt {
  readonly #parts: HaltParts
  #divergence: Divergence | undefined

  private constructor(parts: HaltParts, divergence: Divergence | undefined) {
    this.#parts = parts
    this.#divergence = divergence
    if (divergence !== undefined) this.#tell(divergence)
  }

  /** With what an earlier run has found. */
  static async open(parts: HaltParts): Promise<Halt> {
    return new Halt(parts, await parts.file.read())
  }

  get divergence(): Divergence | undefined {
    return this.#divergence
  }

  /** Stops for good, at once and whatever the disk does, and keeps the evidence. @param own the last note that is good */
  async because(difference: Difference, own: string | undefined): Promise<void> {
    if (this.#divergence !== undefined) return
    const { file, leader, now, log } = this.#parts
    this.#divergence = { code: difference.code, detail: difference.message, atMs: now(), evidence: [] }
    try {
      this.#divergence = await file.declare(difference, leader, own, now())
    } catch (error) {
      log(`the evidence cannot be kept: ${String(error)}`)
    }
    this.#tell(this.#divergence)
  }

  #tell({ code, detail, evidence }: Divergence): void {
    const { log, metrics, file } = this.#parts
    metrics.diverged(code)
    const { en, zh } = SENTENCES[code]
    log(`ALERT ${code}: ${detail}${evidence.length > 0 ? `; evidence: ${evidence.join(', ')}` : ''}`)
    log(`  ${en}\n  ${zh}\n  Nothing more is followed or cosigned until ${file.path} is removed.`)
  }
}
