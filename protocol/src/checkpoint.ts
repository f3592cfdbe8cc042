import { fromBase64, toBase64, utf8 } from './bytes.ts'
import { ProtocolError } from './error.ts'
import { HASH_BYTES } from './hash.ts'
import { LIMITS } from './limits.ts'
import { isKeyName } from './verifier-key.ts'

/** C2SP tlog-checkpoint: a log's claim about its tree. Trust it only from a note whose signatures were verified. */
export interface Checkpoint {
  /** The log's name, which is also the name of its key. */
  origin: string
  size: number
  root: Uint8Array
}

/** The note text: origin, size and root, a line each. Throws CHECKPOINT_MALFORMED. */
export function formatCheckpoint({ origin, size, root }: Checkpoint): string {
  if (!isKeyName(origin) || utf8(origin).length > LIMITS.originBytes) throw malformed('origin')
  if (!Number.isSafeInteger(size) || size < 0) throw malformed('size')
  if (root.length !== HASH_BYTES) throw malformed('root')
  return `${origin}\n${size}\n${toBase64(root)}\n`
}

/** The inverse of `formatCheckpoint`. Extension lines are refused: nobody would check them, and witnesses refuse them too. Throws CHECKPOINT_MALFORMED. */
export function parseCheckpoint(text: string): Checkpoint {
  const [origin, size, root, end, ...more] = text.split('\n')
  if (origin === undefined || size === undefined || root === undefined || end !== '' || more.length > 0)
    throw malformed('not three lines')
  if (!/^\d{1,16}$/.test(size)) throw malformed('size')
  let checkpoint: Checkpoint
  try {
    checkpoint = { origin, size: Number(size), root: fromBase64(root) }
  } catch (cause) {
    throw malformed('root', cause)
  }
  if (formatCheckpoint(checkpoint) !== text) throw malformed('not in canonical form')
  return checkpoint
}

function malformed(what: string, cause?: unknown): ProtocolError {
  return new ProtocolError('CHECKPOINT_MALFORMED', what, { cause })
}
