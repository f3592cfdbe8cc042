import { fromBase64, toBase64 } from './bytes.ts'
import { ProtocolError } from './error.ts'
import { HASH_BYTES } from './hash.ts'

/** Lines that the text formats with Merkle proofs share (tlog-proof, tlog-witness, fork proofs). Each reader wraps these errors in its own. */

/** Hashes in one proof: tlog-witness allows no more, and a tree of 2^53 leaves needs 54. */
export const MAX_PATH = 63

/** ASCII decimal without sign or leading zero, below 2^53. Throws BYTES_RANGE. */
export function parseDecimal(text: string): number {
  const value = /^(?:0|[1-9]\d{0,15})$/.test(text) ? Number(text) : Number.NaN
  if (!Number.isSafeInteger(value)) throw new ProtocolError('BYTES_RANGE', 'not a decimal integer below 2^53')
  return value
}

/** One hash in canonical base64. Throws PROOF_LENGTH, BYTES_BASE64. */
export function parseHash(line: string): Uint8Array {
  const hash = fromBase64(line)
  if (hash.length !== HASH_BYTES) throw new ProtocolError('PROOF_LENGTH', `a hash of ${hash.length} bytes`)
  return hash
}

/** One hash a line, without their newlines. Throws PROOF_LENGTH, BYTES_BASE64. */
export function parseHashes(lines: readonly string[]): Uint8Array[] {
  if (lines.length > MAX_PATH) throw new ProtocolError('PROOF_LENGTH', `${lines.length} hashes in a proof`)
  return lines.map(parseHash)
}

/** One hash a line, each with its newline. */
export function formatHashes(path: readonly Uint8Array[]): string {
  return path.map((hash) => `${toBase64(hash)}\n`).join('')
}
