import {
  type Checkpoint,
  ProtocolError,
  parseCheckpoint,
  parseNote,
  type VerifierKey,
  type VerifySync,
  verifyNote,
} from '@tristamp/protocol'
import { Difference } from './difference.ts'

/** A checkpoint that the leader has signed, with its note. */
export interface Claim extends Checkpoint {
  note: string
}

/** Reads a note as one of the pinned log's. Rejects with Difference FOLLOW_SIGNATURE. */
export type ReadClaim = (note: string) => Promise<Claim>

export function claimsOf(key: VerifierKey, verify: VerifySync): ReadClaim {
  return async (note) => {
    try {
      const parsed = parseNote(note)
      const checkpoint = parseCheckpoint(parsed.text)
      if (checkpoint.origin !== key.name)
        throw new ProtocolError('CHECKPOINT_ORIGIN', `a checkpoint of ${checkpoint.origin}, not of ${key.name}`)
      await verifyNote(parsed, [key], async (...signed) => verify(...signed))
      return { ...checkpoint, note }
    } catch (error) {
      if (!(error instanceof ProtocolError)) throw error
      throw new Difference('FOLLOW_SIGNATURE', error.message, false, { checkpoint: note })
    }
  }
}
