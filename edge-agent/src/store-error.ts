import { AgentError, whyOf } from './error.ts'

/** Why a database cannot be opened, as the operator should hear of it. */
export function openError(thrown: unknown, path: string): AgentError {
  const inner = thrown instanceof Error && thrown.cause instanceof Error ? thrown.cause : thrown
  const code = (inner as { code?: string }).code
  const why = whyOf(inner)
  if (code === 'LEVEL_LOCKED') return new AgentError('OUTBOX_LOCKED', { path }, { cause: thrown })
  if (/does not exist|no such file/i.test(why))
    return new AgentError('OUTBOX_MISSING', { path, why }, { cause: thrown })
  if (isFull(why)) return new AgentError('DISK_FULL', { path, free: 0 }, { cause: thrown })
  return new AgentError('OUTBOX_DAMAGED', { path, why }, { cause: thrown })
}

/** What LevelDB finds corrupt or cannot read is damage (it does not check what it reads against its checksums); else it is passed on as it is. */
export function readError(thrown: unknown, path: string): unknown {
  return isCorruption(thrown) || /\bIO error: /.test(whyOf(thrown))
    ? new AgentError('OUTBOX_DAMAGED', { path, why: whyOf(thrown) }, { cause: thrown })
    : thrown
}

function isCorruption(thrown: unknown): boolean {
  if (!(thrown instanceof Error)) return false
  const codes = [thrown, thrown.cause].map((error) => (error as { code?: string } | undefined)?.code)
  return codes.includes('LEVEL_CORRUPTION') || /\bCorruption: /.test(whyOf(thrown))
}

/** A failed write of any of our files, as the operator should hear of it. */
export function writeError(thrown: unknown, path: string): AgentError {
  if (thrown instanceof AgentError) return thrown
  const why = whyOf(thrown)
  if (isCorruption(thrown)) return new AgentError('OUTBOX_DAMAGED', { path, why }, { cause: thrown })
  return isFull(why)
    ? new AgentError('DISK_FULL', { path, free: 0 }, { cause: thrown })
    : new AgentError('OUTBOX_WRITE', { why }, { cause: thrown })
}

/** LevelDB passes on the system's text only: no space, quota exceeded, file too large. */
function isFull(why: string): boolean {
  return /no space left|ENOSPC|quota exceeded|file too large/i.test(why)
}
