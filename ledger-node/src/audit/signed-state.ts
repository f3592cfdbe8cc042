import {
  type Checkpoint,
  checkPolicy,
  formatVerifierKey,
  type Policy,
  ProtocolError,
  parseCheckpoint,
  parseNote,
  parsePolicy,
  parseVerifierKey,
  type VerifySync,
  verifyNote,
} from '@tristamp/protocol'
import { Flawed, withoutCode } from './flaw.ts'
import type { AuditSource } from './source.ts'

/** A state that the ledger has signed, and who else has. */
export interface SignedState extends Checkpoint {
  note: string
  file: string
  /** The log's key, as the genesis names it. */
  logKey: string
  /** Names in the policy of the witnesses whose cosignatures are good. */
  cosigned: string[]
}

/** What the auditor brings along. */
export interface Trust {
  /** Whom the auditor trusts. Without it the policy that comes with the ledger is looked at, which proves nothing about itself. */
  policy?: Policy | undefined
  /** A state that was audited before: the ledger must continue it. */
  remembered?: { size: number; root: Uint8Array; file: string } | undefined
}

/**
 * Reads the checkpoint as signed by the log that the genesis names, and by whom the policy wants; undefined when there is none.
 * @throws Flawed
 */
export async function readSigned(
  source: AuditSource,
  logKey: string,
  { policy: pinned }: Trust,
  verify: VerifySync,
  tell: (note: string) => void,
): Promise<SignedState | undefined> {
  const found = await source.checkpoint()
  if (found === undefined) return undefined
  const { note, file } = found
  const policy = pinned ?? (await ownPolicy(source))
  const check = async (...signed: Parameters<VerifySync>): Promise<boolean> => verify(...signed)
  try {
    const parsed = parseNote(note)
    const checkpoint = parseCheckpoint(parsed.text)
    await verifyNote(parsed, [parseVerifierKey(logKey)], check)
    if (policy === undefined) return { ...checkpoint, note, file, logKey, cosigned: [] }
    const { log, cosigned, quorum } = await checkPolicy(parsed, policy, check)
    const names = cosigned.map(({ name }) => name)
    if (formatVerifierKey(log.name, log.type, log.publicKey) !== logKey)
      throw new Flawed({ file, field: 'log key', detail: `the genesis names ${logKey}` })
    if (!quorum) {
      const detail = `fewer cosignatures than the policy wants: ${names.join(', ') || 'none'}`
      if (pinned !== undefined) throw new Flawed({ file, field: 'cosignatures', detail })
      tell(detail)
    }
    return { ...checkpoint, note, file, logKey, cosigned: names }
  } catch (error) {
    if (!(error instanceof ProtocolError)) throw error
    const detail = `not a checkpoint signed by this ledger: ${error.message}`
    throw new Flawed({ file, field: 'signature', detail })
  }
}

async function ownPolicy(source: AuditSource): Promise<Policy | undefined> {
  const own = await source.policy()
  try {
    return own && parsePolicy(own.text)
  } catch (error) {
    if (own === undefined || !(error instanceof ProtocolError)) throw error
    throw new Flawed({ file: own.file, field: error.code, detail: withoutCode(error.code, error.message) })
  }
}
