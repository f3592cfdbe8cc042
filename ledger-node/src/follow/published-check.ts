import { equal, findFork, readRoot } from '@tristamp/protocol'
import type { Ledger } from '../ledger.ts'
import type { Claim } from './claim.ts'
import { Difference } from './difference.ts'

/** A leader publishes within a second or so what it has asked to be cosigned. Fewer entries for longer than this are a rollback. */
const ROLLBACK_MS = 5_000
/** And seen so often in a row: a leader that was away, or stood still, answers the first time with what it had before. */
const ROLLBACK_LOOKS = 5

/** The contradiction, if the checkpoint is one of a tree no larger than ours and says something else of it. */
export async function forkWith(ledger: Ledger, { size, root, note }: Claim): Promise<Difference | undefined> {
  const { latest, tiles } = ledger
  if (latest === undefined || size > latest.size || size === 0) return undefined
  if (equal(await readRoot(size, tiles.nodes), root)) return undefined
  const fork = await findFork(latest.checkpoint, note, tiles.nodes)
  const detail = `the leader signed another tree of ${size} entries`
  return new Difference('FOLLOW_FORK', detail, true, { checkpoint: note, ...(fork !== undefined && { fork }) })
}

/** Whether a leader goes on publishing what it has once signed. */
export class RollbackWatch {
  readonly #now: () => number
  /** What it must reach, and how often it has been seen below that since when. */
  #fewer: { than: number; sinceMs: number; looks: number } | undefined

  /** @param now a clock that never goes back, ms */
  constructor(now: () => number = () => performance.now()) {
    this.#now = now
  }

  /**
   * A busy leader has always signed more than it publishes: each time it must reach what it had signed when it was first seen below that.
   * @param signedSize entries that it had signed and that were reproduced. @throws Difference FOLLOW_ROLLBACK
   */
  check({ size, note }: Claim, signedSize: number): void {
    const now = this.#now()
    if (this.#fewer === undefined || size >= this.#fewer.than)
      this.#fewer = size >= signedSize ? undefined : { than: signedSize, sinceMs: now, looks: 0 }
    const fewer = this.#fewer
    if (fewer === undefined) return
    fewer.looks++
    if (fewer.looks >= ROLLBACK_LOOKS && now - fewer.sinceMs >= ROLLBACK_MS) {
      const detail = `the leader publishes ${size} entries, and had signed ${fewer.than}`
      throw new Difference('FOLLOW_ROLLBACK', detail, true, { checkpoint: note })
    }
  }
}
