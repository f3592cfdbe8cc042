import {
  decodeTransparentStatement,
  type Policy,
  ProtocolError,
  type VerifierKey,
  type Verify,
  verifyReceipt,
  verifyTransparentStatement,
} from '@tristamp/protocol'
import { describeReceipt, describeStatement } from './describe.ts'
import type { Facts, Outcome, Trust } from './file-verdict.ts'

/** Checks a statement with receipts in it. @throws ProtocolError */
export async function verifyTransparent(
  bytes: Uint8Array,
  trust: Trust,
  check: Verify,
  facts: Facts,
): Promise<Outcome> {
  const { statement, receipts } = decodeTransparentStatement(bytes)
  describeStatement(statement, facts)
  if (trust.signer !== undefined) {
    const log = await firstOf(trust.policy, (key) => verifyTransparentStatement(bytes, key, trust.signer!, check))
    describeReceipt(log.receipt, facts)
    facts['signerChecked'] = true
    return { result: 'holds' }
  }
  facts['signerChecked'] = false
  const own = await firstOf(trust.policy, (key) => firstReceipt(receipts, statement, key, check))
  describeReceipt(own, facts)
  return { result: 'holds' }
}

/** Checks a receipt for a statement that the reader brings. @throws ProtocolError */
export async function verifyBareReceipt(
  bytes: Uint8Array,
  trust: Trust,
  check: Verify,
  facts: Facts,
): Promise<Outcome> {
  if (trust.entry === undefined)
    return { result: 'unchecked', code: 'ENTRY_MISSING', detail: 'the statement itself is needed' }
  describeStatement(trust.entry, facts)
  describeReceipt(await firstOf(trust.policy, (key) => verifyReceipt(bytes, trust.entry!, key, check)), facts)
  return { result: 'holds' }
}

async function firstReceipt(
  receipts: readonly Uint8Array[],
  statement: Uint8Array,
  log: VerifierKey,
  check: Verify,
): ReturnType<typeof verifyReceipt> {
  for (const receipt of receipts) {
    try {
      return await verifyReceipt(receipt, statement, log, check)
    } catch (error) {
      // Those of other ledgers may be of other profiles; a bad one by this log's key is told.
      if (!(error instanceof ProtocolError) || !PASSED_OVER.includes(error.code)) throw error
    }
  }
  throw new ProtocolError('RECEIPT_MISSING', `no receipt of ${log.name}`)
}

const PASSED_OVER: readonly string[] = ['KEY_UNKNOWN', 'RECEIPT_SIZE', 'RECEIPT_MALFORMED', 'RECEIPT_HEADER']

/** The policy names logs of which any one may be the right one: the last refusal counts. */
async function firstOf<T>({ logs }: Policy, attempt: (key: VerifierKey) => Promise<T>): Promise<T> {
  let refusal: unknown = new ProtocolError('CHECKPOINT_ORIGIN', 'the policy names no log')
  for (const { key } of logs) {
    try {
      return await attempt(key)
    } catch (error) {
      if (!(error instanceof ProtocolError)) throw error
      refusal = error
    }
  }
  throw refusal
}
