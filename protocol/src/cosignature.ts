import { concat, u64be, utf8 } from './bytes.ts'
import { ProtocolError } from './error.ts'

/**
 * C2SP tlog-cosignature, cosignature/v1: a witness's Ed25519 signature, with the time, over a whole checkpoint. It says that the tree was the
 * largest consistent one the witness had seen of that log at that time.
 */

/** The bytes a witness signs; `checkpointText` is a note's text, with its last newline. Throws BYTES_RANGE. */
export function cosignatureMessage(timeS: number, checkpointText: string): Uint8Array {
  // Also keeps a fraction or an exponent out of the decimal text.
  if (!Number.isSafeInteger(timeS) || timeS < 0) throw new ProtocolError('BYTES_RANGE', `time ${timeS}`)
  return utf8(`cosignature/v1\ntime ${timeS}\n${checkpointText}`)
}

/** What follows the key id on the signature line: time, then signature. Throws BYTES_RANGE. */
export function encodeCosignature(timeS: number, signature: Uint8Array): Uint8Array {
  return concat(u64be(timeS), signature)
}
