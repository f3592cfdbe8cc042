import { equal, forkEvidence, nodesFromTiles, proveFork } from '@tristamp/protocol'
import { Difference } from './difference.ts'
import type { Leader } from './leader.ts'
import type { ReproduceParts } from './reproduce.ts'
import type { Step } from './step.ts'

/** The entries do not lead to the signed root: the leader signed two ledgers, or what it serves is not what it signed. */
export async function otherEntries(
  { ledger, leader, key, verify }: ReproduceParts,
  step: Step,
  leaves: Uint8Array[],
): Promise<Difference> {
  const { claim, first, items } = step
  const own = ledger.latest?.checkpoint
  const nodes = nodesFromTiles(claim.size, leader.tile)
  const fork = own && (await forkEvidence(own, claim.note, nodes).catch(() => undefined))
  if (fork !== undefined && fork !== '') {
    const proven = await proveFork(fork, key, async (...signed) => verify(...signed)).catch(() => undefined)
    if (proven !== undefined) {
      const sizes = proven.checkpoints.map(({ size }) => size).join(' and ')
      return new Difference('FOLLOW_FORK', `the trees of ${sizes} entries exclude each other`, true, {
        checkpoint: claim.note,
        fork,
      })
    }
  }
  const i = await firstOther(leader, step, leaves).catch(() => undefined)
  const exhibit = { checkpoint: claim.note, ...(fork && { fork }) }
  if (i === undefined)
    return new Difference(
      'FOLLOW_ENTRIES',
      `entries ${first} to ${claim.size - 1} do not give the signed root`,
      false,
      exhibit,
    )
  const { bytes, events } = items[i]!
  return new Difference('FOLLOW_ENTRIES', `entry ${first + i} is not the one in the tree`, false, {
    ...exhibit,
    entry: first + i,
    bytes,
    events,
  })
}

/** The first entry that is not the one in the leader's own tiles. */
async function firstOther(
  leader: Leader,
  { first, claim }: Step,
  leaves: readonly Uint8Array[],
): Promise<number | undefined> {
  const nodes = nodesFromTiles(claim.size, leader.tile)
  const ids = leaves.map((_, i) => ({ level: 0, index: first + i }))
  const found = await nodes(ids)
  const i = leaves.findIndex((leaf, at) => !equal(leaf, found[at]!))
  return i < 0 ? undefined : i
}
