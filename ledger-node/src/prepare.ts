import { admit, toHex, type VerifySync } from '@tristamp/protocol'
import { knownFrom, verifiedBy } from './audit/examine.ts'
import type { EvidenceIntake } from './evidence/evidence-intake.ts'
import type { Next } from './intake-queue.ts'
import type { Ledger, Staged } from './ledger.ts'
import { type Refusal, refused, type Sender, type Submission } from './receipt.ts'
import type { Contradicting } from './suspension.ts'

/** A statement of a seq that is recorded: the same one again, or a contradiction. */
interface Repeat extends Contradicting {
  refusal: Refusal
}

/** A submission on its way: to be written, to be compared with what is recorded, or answered already. */
export type Prepared = Submission & { staged?: Staged; repeats?: Repeat; refusal?: Refusal }

export interface PrepareParts {
  ledger: Ledger
  verify: VerifySync
  /** What events name must be here before they are committed. */
  evidence: EvidenceIntake
}

/** Admits one batch and stages it, or says why not. */
export function prepare(parts: PrepareParts, { submission, batch, finding }: Next<Submission>): Prepared {
  const { ledger, evidence } = parts
  if ('code' in batch) return { ...submission, refusal: refused(batch.code, batch.message) }
  const verify = verifiedBy(finding, parts.verify)
  const answer = admit(ledger.state, batch.statement, batch.events, verify, finding && knownFrom(finding))
  const header = answer.statement?.header
  const kid = header && ledger.state.keys.has(toHex(header.kid)) ? header.kid : undefined
  if (kid !== undefined && !mayBring(ledger, submission.sender, kid)) {
    return {
      ...submission,
      refusal: refused('KEY_UNKNOWN', 'the statement is signed by another key than this gateway’s'),
    }
  }
  if (answer.ok) {
    const lacks = evidence.lacks(batch.events, submission.sender)
    if (lacks !== undefined) {
      const { kid, seq, prev } = answer.statement.header
      return { ...submission, refusal: { ...refused(lacks.code, lacks.message), kid, expected: { seq, prev } } }
    }
    const item = { bytes: batch.statement, events: batch.events }
    return { ...submission, staged: ledger.stage(item, answer, finding?.contents) }
  }
  const refusal = {
    ...refused(answer.code, answer.message),
    ...(kid && { kid }),
    ...(answer.expected && { expected: answer.expected }),
  }
  if (answer.code !== 'SEQ_REPEATED' || kid === undefined) return { ...submission, refusal }
  return { ...submission, repeats: { refusal, kid, seq: header!.seq, ...batch } }
}

function mayBring(ledger: Ledger, sender: Sender | undefined, kid: Uint8Array): boolean {
  if (sender === undefined) return true
  const key = ledger.state.keys.get(toHex(kid))
  return key?.org === sender.org && key.gateway === sender.gateway
}
