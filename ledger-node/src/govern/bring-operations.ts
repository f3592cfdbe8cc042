import {
  formatVerifierKey,
  fromBase64Url,
  keyThumbprint,
  type Operation,
  parsePolicy,
  toBase64Url,
} from '@tristamp/protocol'
import { LedgerError } from '../error.ts'
import { governanceBatch } from '../governance.ts'
import type { SigningKey } from '../keys.ts'
import { askPeer, fetchFrom, problemIn } from '../peer.ts'
import type { SigningBook } from './signing-book.ts'

/** Who signs, and where to. */
export interface SigningTarget {
  /** The node's address. */
  node: string
  administrator: SigningKey
  /** Holds the key to one ledger and its numbers to one use each. Without it the node's word is taken for both. */
  book?: SigningBook
  /** The ledger that is meant. */
  origin?: string
}

const TIMEOUT_MS = 20_000
const MAX_TRIES = 5
/** A policy, a key's state, a receipt. */
const ANSWER_BYTES = 128 * 1024

/**
 * Signs operations as an administrator and brings them to a node; they are in one statement, so either all are recorded or
 * none is. @returns the entry. @throws LedgerError PEER_UNREACHABLE, PEER_REFUSED, LEDGER_OTHER, SIGNING_BOOK; ProtocolError GOVERNANCE_SHAPE
 */
export async function bringOperations(target: SigningTarget, operations: readonly Operation[]): Promise<number> {
  const origin = await ledgerOf(target)
  for (let tries = 1; ; tries++) {
    const body = await signed(target, operations, origin)
    const request = { body, contentType: 'application/cbor', maxBytes: ANSWER_BYTES, timeoutMs: TIMEOUT_MS }
    const { status, bytes } = await askPeer(address(target, '/v1/statements'), request)
    if (status === 200 || status === 201) return (json(bytes) as { entry: number }).entry
    const problem = problemIn(bytes)
    // Another program of the same administrator was faster. What was signed can never be recorded now, so it is signed anew.
    const overtaken = target.book !== undefined && /^(SEQ_REPEATED|PREV_MISMATCH)/.test(problem)
    if (!overtaken || tries === MAX_TRIES) throw new LedgerError('PEER_REFUSED', `${status} ${problem}`.trim())
  }
}

async function signed(target: SigningTarget, operations: readonly Operation[], origin: string): Promise<Uint8Array> {
  const { administrator, book } = target
  const { seq, prev } = await chainHead(target)
  const sign = (number: number): Uint8Array =>
    governanceBatch(operations, administrator, origin, { seq: number, prev }, Date.now())
  return book === undefined ? sign(seq) : book.sign(seq, sign)
}

/** The origin of the ledger that the node serves, if it is the one that the key signs for. @throws LedgerError LEDGER_OTHER */
async function ledgerOf(target: SigningTarget): Promise<string> {
  const policy = parsePolicy(Buffer.from(await fetchFrom(address(target, '/v1/policy'), ANSWER_BYTES)).toString())
  const { key } = policy.logs[0]!
  if (target.origin !== undefined && key.name !== target.origin)
    throw new LedgerError('LEDGER_OTHER', `${target.origin} is meant, and the node names ${key.name}`)
  await target.book?.pin(formatVerifierKey(key.name, key.type, key.publicKey))
  return key.name
}

/** What the administrator's next statement must carry. */
async function chainHead(target: SigningTarget): Promise<{ seq: number; prev: Uint8Array }> {
  const kid = toBase64Url(keyThumbprint(target.administrator.publicKey))
  const key = json(await fetchFrom(address(target, `/v1/keys/${kid}`), ANSWER_BYTES)) as { [name: string]: unknown }
  const { nextSeq, prev } = key
  if (!Number.isSafeInteger(nextSeq) || typeof prev !== 'string')
    throw new LedgerError('PEER_REFUSED', 'the node did not say where this key’s chain stands')
  return { seq: nextSeq as number, prev: fromBase64Url(prev) }
}

function address({ node }: SigningTarget, path: string): string {
  return `${node.replace(/\/+$/, '')}${path}`
}

function json(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(bytes).toString('utf8'))
  } catch (cause) {
    throw new LedgerError('PEER_REFUSED', 'the node’s answer cannot be read', { cause })
  }
}
