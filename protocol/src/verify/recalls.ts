import type { Lift, Recall } from '../event/governance-types.ts'
import { type GoodsNames, type OrderAct, ordersAbout } from './orders.ts'
import type { ProvenRecall } from './verdict.ts'

/**
 * The recalls that are about goods, the gravest that stands first. They name the goods, their lot, their product, or a unit that they were in when
 * the recall was recorded, or came into later (docs/spec/governance.md, Recalls).
 * @param sealedMs when the block of an entry was sealed, where that is known
 */
export function recallsOf(
  goods: GoodsNames,
  acts: readonly OrderAct[],
  sealedMs: (entry: number) => number | undefined,
): ProvenRecall[] {
  const found = ordersAbout<Recall, Lift>(goods, acts, { begin: 'recall', end: 'lift' })
  return found
    .map(({ first, last, about, isCorrected, end }): ProvenRecall => {
      const sealedAtMs = sealedMs(first.entry)
      return {
        recall: last.operation,
        about,
        entry: last.entry,
        position: last.position,
        since: first.at,
        ...(sealedAtMs !== undefined && { sealedAtMs }),
        ...(isCorrected && { corrected: last.at }),
        ...(end !== undefined && { lifted: { entry: end.entry, at: end.at, reason: end.operation.reason } }),
      }
    })
    .sort((a, b) => rank(a) - rank(b) || a.recall.class - b.recall.class || b.entry - a.entry)
}

/** Whether it calls these goods back, now and in earnest. */
export function isStanding({ recall, lifted }: ProvenRecall): boolean {
  return lifted === undefined && recall.drill === undefined
}

function rank(one: ProvenRecall): number {
  return isStanding(one) ? 0 : one.lifted === undefined ? 1 : 2
}
