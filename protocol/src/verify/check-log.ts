import type { Bundle } from '../bundle.ts'
import { equal } from '../bytes.ts'
import type { Checkpoint } from '../checkpoint.ts'
import { ProtocolError } from '../error.ts'
import { leafHash, verifyConsistency } from '../merkle.ts'
import { verifyTogether } from '../multiproof.ts'
import { parseSeal, type Seal, sealHash } from '../seal.ts'
import { at } from './failure.ts'

/** A state of the ledger that this reader has seen with its own eyes. */
export interface Remembered {
  size: number
  root: Uint8Array
}

/**
 * The ledger must continue what this reader saw before: it may grow, and nothing else.
 * @throws ProtocolError LEDGER_ROLLBACK (it has become smaller), LEDGER_FORK (it is another one)
 */
export function checkContinues({ consistency }: Bundle, now: Checkpoint, before: Remembered): void {
  if (now.size < before.size) throw new ProtocolError('LEDGER_ROLLBACK', `${now.size} entries, ${before.size} before`)
  if (now.size === before.size) {
    if (!equal(now.root, before.root)) throw new ProtocolError('LEDGER_FORK', 'another tree of the same size')
    return
  }
  if (consistency?.from !== before.size) throw new ProtocolError('LEDGER_FORK', 'no proof that the ledger only grew')
  try {
    verifyConsistency(before.size, before.root, now.size, now.root, consistency.path)
  } catch (cause) {
    throw new ProtocolError('LEDGER_FORK', 'the proof that the ledger only grew does not hold', { cause })
  }
}

/** The last entry of a published tree is the seal that commits to the history map. @throws ProtocolError SEAL_MALFORMED */
export function checkSeal({ seal }: Bundle, checkpoint: Checkpoint): Seal {
  if (seal.entry !== checkpoint.size - 1) throw new ProtocolError('SEAL_MALFORMED', 'a published tree ends in its seal')
  return parseSeal(seal.bytes)
}

/** The seals of a bundle, block after block. */
export class Seals {
  readonly #seals: readonly PlacedSeal[]

  /** @throws ProtocolError SEAL_MALFORMED, with the entry */
  constructor({ seal, seals }: Bundle) {
    this.#seals = [...seals, seal].map(({ entry, bytes }) => ({
      entry,
      bytes,
      seal: at({ entry }, () => parseSeal(bytes)),
    }))
    for (const [i, next] of this.#seals.entries())
      at({ entry: next.entry }, () => checkFollows(this.#seals[i - 1], next))
  }

  /** When the block of an entry was sealed, ms since 1970. @throws ProtocolError HISTORY_MISSING */
  over(entry: number): number {
    const timeMs = this.known(entry)
    if (timeMs === undefined) throw new ProtocolError('HISTORY_MISSING', `the seal over entry ${entry} is not there`)
    return timeMs
  }

  /** The same where its seal is shown. */
  known(entry: number): number | undefined {
    return this.#seals.find(({ entry: end, seal }) => seal.firstEntry <= entry && entry < end)?.seal.timeMs
  }

  /** The latest time that a seal before an entry tells; undefined where there is none. */
  before(entry: number): number | undefined {
    return this.#seals.filter(({ entry: end }) => end < entry).at(-1)?.seal.timeMs
  }
}

interface PlacedSeal {
  entry: number
  bytes: Uint8Array
  seal: Seal
}

/**
 * Blocks lie one after the other, and so do their times: else a ledger could seal a step a second time, with a time that suits it.
 * Between the two there may be blocks that are not shown.
 */
function checkFollows(before: PlacedSeal | undefined, { entry, seal }: PlacedSeal): void {
  const refuse = (what: string): never => {
    throw new ProtocolError('SEAL_MALFORMED', what)
  }
  if (seal.firstEntry + seal.entryCount !== entry) refuse('a seal ends the block that it counts')
  if (before === undefined) return
  if (seal.firstEntry <= before.entry) refuse('its block begins before the last one ends')
  if (seal.timeMs < before.seal.timeMs) refuse('it is older than a seal before it')
  const between = seal.height - before.seal.height - 1
  const isNext = seal.firstEntry === before.entry + 1
  if (isNext ? between !== 0 : between < 1) refuse('its height does not fit the blocks before it')
  if (isNext && !equal(seal.previous, sealHash(before.bytes))) refuse('it does not name the seal before it')
}

/**
 * Every statement and every seal stands in the checkpoint's tree, each once.
 * @throws ProtocolError BUNDLE_MALFORMED (the same entry twice), PROOF_INDEX, PROOF_LENGTH, PROOF_ROOT
 */
export function checkIncluded({ statements, seals, seal, beside }: Bundle, { size, root }: Checkpoint): void {
  const entries = [...statements, ...seals, seal].sort((a, b) => a.entry - b.entry)
  for (const [i, { entry }] of entries.entries()) {
    at({ entry }, () => {
      if (entries[i - 1]?.entry === entry) throw new ProtocolError('BUNDLE_MALFORMED', 'an entry stands there twice')
    })
  }
  const leaves = entries.map(({ entry, bytes }) => [entry, leafHash(bytes)] as const)
  verifyTogether(leaves, size, beside, root)
}
