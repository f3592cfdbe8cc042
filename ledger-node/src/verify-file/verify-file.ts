import {
  fromUtf8,
  isSeal,
  NO_QUORUM,
  type Policy,
  ProtocolError,
  parseCheckpoint,
  parseForkProof,
  parseNote,
  parseTlogProof,
  proveFork,
  toBase64,
  type VerifierKey,
  type Verify,
  verifyTlogProof,
} from '@tristamp/protocol'
import { describeStatement, describeTree } from './describe.ts'
import type { Facts, FileVerdict, Outcome, Trust, Verifier } from './file-verdict.ts'
import { type FileKind, isOldBundle, kindOf } from './kind.ts'
import { verifyBundle } from './verify-bundle.ts'
import { verifyBareReceipt, verifyTransparent } from './verify-receipt.ts'

/** Checks a proof file with what the reader brings and nothing else: no request is made. Never throws for what is in the file. */
export async function verifyFile(bytes: Uint8Array, trust: Trust, check: Verify): Promise<FileVerdict> {
  if (isOldBundle(bytes)) {
    const detail = 'a bundle of version 1, which the programs of its time read'
    return { kind: 'unknown', result: 'unchecked', code: 'FILE_VERSION', detail, facts: {} }
  }
  const kind = kindOf(bytes)
  if (kind === undefined)
    return { kind: 'unknown', result: 'fails', code: 'FILE_UNKNOWN', detail: 'not one of our proof files', facts: {} }
  const facts: Facts = {}
  try {
    return { kind, facts, ...(await VERIFIERS[kind](bytes, trust, check, facts)) }
  } catch (error) {
    if (!(error instanceof ProtocolError)) throw error
    const result = error.code === 'POLICY_QUORUM' || error.code === 'FORK_UNPROVEN' ? 'unchecked' : 'fails'
    return { kind, facts, result, code: error.code, detail: error.message }
  }
}

const VERIFIERS: Record<FileKind, Verifier> = {
  bundle: verifyBundle,
  'tlog-proof': verifyProof,
  fork: verifyFork,
  transparent: verifyTransparent,
  receipt: verifyBareReceipt,
  statement: async (bytes, _trust, _check, facts) => {
    describeStatement(bytes, facts)
    return { result: 'unchecked', code: 'PROOF_MISSING', detail: 'a statement alone proves no place in a ledger' }
  },
}

async function verifyProof(bytes: Uint8Array, { entry, policy }: Trust, check: Verify, facts: Facts): Promise<Outcome> {
  const proof = parseTlogProof(fromUtf8(bytes))
  const leaf = entry ?? proof.extra
  facts['entry'] = proof.index
  if (leaf === undefined) return { result: 'unchecked', code: 'ENTRY_MISSING', detail: 'the entry itself is needed' }
  const { checkpoint, cosigned } = await verifyTlogProof(proof, leaf, policy, check)
  describeTree(checkpoint, facts)
  if (policy.quorum !== NO_QUORUM) facts['cosigned'] = cosigned.map(({ name }) => name)
  if (isSeal(leaf)) facts['seal'] = true
  else describeStatement(leaf, facts)
  return { result: 'holds' }
}

async function verifyFork(bytes: Uint8Array, { policy }: Trust, check: Verify, facts: Facts): Promise<Outcome> {
  const text = fromUtf8(bytes)
  const claims = parseForkProof(text).checkpoints.map((note) => parseCheckpoint(parseNote(note).text))
  facts['origin'] = claims[0]!.origin
  facts['trees'] = claims.map(({ size, root }) => `${size} ${toBase64(root)}`)
  await proveFork(text, logOf(claims[0]!.origin, policy), check)
  return { result: 'holds' }
}

function logOf(origin: string, { logs }: Policy): VerifierKey {
  const log = logs.find(({ key }) => key.name === origin)
  if (log === undefined) throw new ProtocolError('CHECKPOINT_ORIGIN', `no log ${origin} in the policy`)
  return log.key
}
