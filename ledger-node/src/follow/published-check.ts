import { equal, findFork, readRoot } from '@tristamp/protocol'
import type { Ledger } from '../ledger.ts'
import type { Claim } from './claim.ts'
import { Difference } from './difference.ts'

/** A leader publishes within a second or so what it has asked to be cosigned. Fewer entries for longer than this are a rollback. */
const ROLLBACK_MS = 5_000

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
  #fewerSinceMs: number | undefined

  /** @param signedSize entries that it had signed and that were reproduced. @throws Difference FOLLOW_ROLLBACK */
  check({ size, note }: Claim, signedSize: number): void {
    const now = performance.now()
    if (size >= signedSize) {
      this.#fewerSinceMs = undefined
      return
    }
    this.#fewerSinceMs ??= now
    if (now - this.#fewerSinceMs >= ROLLBACK_MS) {
      const detail = `the leader publishes ${size} entries, and had signed ${signedSize}`
      throw new Difference('FOLLOW_ROLLBACK', detail, true, { checkpoint: note })
    }
  }
}
