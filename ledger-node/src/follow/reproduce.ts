import { setImmediate } from 'node:timers/promises'
import {
  admit,
  equal,
  formatVerifierKey,
  isSeal,
  leafHash,
  ProtocolError,
  parseSeal,
  type Seal,
  sealHash,
  type VerifierKey,
  type VerifySync,
  ZERO_HASH,
} from '@tristamp/protocol'
import { knownFrom, verifiedBy } from '../audit/examine.ts'
import type { FeedItem } from '../feed.ts'
import type { Ledger, Taken } from '../ledger.ts'
import { Difference, type DifferenceCode } from './difference.ts'
import type { Leader } from './leader.ts'
import { otherEntries } from './other-entries.ts'
import type { Step } from './step.ts'

/** Entries admitted before others get their turn. */
const TURN_EVENTS = 256

export interface ReproduceParts {
  ledger: Ledger
  leader: Leader
  key: VerifierKey
  verify: VerifySync
}

/**
 * Makes a step of the leader's ledger again: the same leaves must give the signed root, every statement must be admitted by the
 * same rule, every seal must say what was computed here. Only then is it on this disk, and nothing of it before.
 * @throws Difference where the leader has it otherwise; LedgerError when the disk fails
 */
export async function reproduce(parts: ReproduceParts, step: Step): Promise<void> {
  const { ledger } = parts
  const leaves = step.items.map(({ bytes }) => leafHash(bytes))
  if (!equal(ledger.rootWith(leaves), step.claim.root)) throw await otherEntries(parts, step, leaves)
  try {
    const taken = await examine(parts, step)
    await ledger.takeOver(taken, step.claim.note, (i) => {
      const exhibit = { checkpoint: step.claim.note, entry: step.first + i, bytes: step.items[i]!.bytes }
      return new Difference('FOLLOW_HISTORY', `entry ${exhibit.entry}: its history root is another`, true, exhibit)
    })
  } catch (error) {
    await ledger.restore()
    throw error
  }
}

/** Checks a step in order, as admission goes on. */
async function examine(
  { ledger, key, verify }: ReproduceParts,
  { first, items, findings, claim }: Step,
): Promise<Taken[]> {
  const taken: Taken[] = []
  let block = { firstEntry: first, entryCount: 0, eventCount: 0 }
  let last = ledger.lastSeal
  let turn = 0
  for (const [i, item] of items.entries()) {
    const entry = first + i
    const differs = (code: DifferenceCode, message: string, signed = true): Difference => {
      const { bytes, events } = item
      return new Difference(code, `entry ${entry}: ${message}`, signed, {
        checkpoint: claim.note,
        entry,
        bytes,
        events,
      })
    }
    if (isSeal(item.bytes)) {
      const seal = sealIn(item, differs)
      const why = whyNotNext(seal, last, block)
      if (why !== undefined) throw differs('FOLLOW_SEAL', why)
      last = { seal, sealBytes: item.bytes }
      block = { firstEntry: entry + 1, entryCount: 0, eventCount: 0 }
      taken.push({ item, seal })
      continue
    }
    const finding = findings[i]
    const admitted = admit(
      ledger.state,
      item.bytes,
      item.events,
      verifiedBy(finding, verify),
      finding && knownFrom(finding),
    )
    if (!admitted.ok) {
      // The events are beside the log: they are the only part of an admission that nobody has signed for as served.
      const events = admitted.code === 'BATCH_ROOT' || admitted.code === 'BATCH_SIZE'
      if (events) throw differs('FOLLOW_EVENTS', admitted.message, false)
      throw differs('FOLLOW_ADMISSION', admitted.message)
    }
    taken.push({ item, admitted: ledger.stage(item, admitted, finding?.contents).admitted })
    const { genesis } = ledger.state
    if (entry === 0 && genesis?.logKey !== formatVerifierKey(key.name, key.type, key.publicKey))
      throw differs('FOLLOW_ADMISSION', 'the genesis names another log key than the one that is trusted')
    block.entryCount++
    block.eventCount += item.events.length
    turn += item.events.length
    if (turn >= TURN_EVENTS) {
      turn = 0
      await setImmediate()
    }
  }
  if (block.entryCount > 0) {
    const entry = first + items.length - 1
    throw new Difference('FOLLOW_SEAL', `the checkpoint over ${claim.size} entries does not end in a seal`, true, {
      checkpoint: claim.note,
      entry,
    })
  }
  return taken
}

function sealIn({ bytes, events }: FeedItem, differs: (code: DifferenceCode, message: string) => Difference): Seal {
  if (events.length > 0) throw differs('FOLLOW_EVENTS', 'a seal has no events')
  try {
    return parseSeal(bytes)
  } catch (error) {
    if (error instanceof ProtocolError) throw differs('FOLLOW_SEAL', error.message)
    throw error
  }
}

/** Everything that a seal says but the history root, which shows only when the block is carried into the map. */
function whyNotNext(
  seal: Seal,
  last: { seal: Seal; sealBytes: Uint8Array } | undefined,
  block: { firstEntry: number; entryCount: number; eventCount: number },
): string | undefined {
  if (block.entryCount === 0) return 'a seal without statements'
  if (seal.height !== (last === undefined ? 0 : last.seal.height + 1)) return `the height is not ${seal.height}`
  if (!equal(seal.previous, last === undefined ? ZERO_HASH : sealHash(last.sealBytes)))
    return 'it does not name the seal before it'
  for (const field of ['firstEntry', 'entryCount', 'eventCount'] as const)
    if (seal[field] !== block[field]) return `${field} is ${block[field]}, not ${seal[field]}`
  if (seal.timeMs < (last?.seal.timeMs ?? 0)) return 'it is older than the seal before it'
  return undefined
}
