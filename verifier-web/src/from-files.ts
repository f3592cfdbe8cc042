// A bundle that somebody handed over as a file, checked without any server.
import {
  bestVerify,
  decodeBundle,
  LIMITS,
  MAX_BUNDLE_BYTES,
  type ProtocolCode,
  ProtocolError,
  parsePolicy,
  verify,
} from '@tristamp/protocol'
import type { Finding } from './check.ts'
import type { Memory } from './remembered.ts'
import { subjectFromUri } from './subject-from-path.ts'

/**
 * FILE_MISSING no bundle among the files, FILE_SIZE one too large, FILE_UNREADABLE one that is gone, or a folder, FILE_TRUST neither a policy
 * chosen nor one remembered.
 */
export type FileCode = 'FILE_MISSING' | 'FILE_SIZE' | 'FILE_UNREADABLE' | 'FILE_TRUST' | ProtocolCode

/** The part of a `File` that is used. */
export interface FileLike {
  size: number
  arrayBuffer(): Promise<ArrayBuffer>
}

/**
 * What a bundle among `files` proves about its own subject, as of its own state. The policy is one among the files, else the one that this
 * device remembers: which, the finding says. Nothing is remembered of it, for a file may be old.
 */
export async function findingOfFiles(
  files: readonly FileLike[],
  memory: Memory,
  now: () => number = Date.now,
): Promise<Finding | { code: FileCode }> {
  if (files.some(({ size }) => size > MAX_BUNDLE_BYTES)) return { code: 'FILE_SIZE' }
  const contents = await Promise.all(files.map(async (file) => new Uint8Array(await file.arrayBuffer()))).catch(
    () => undefined,
  )
  if (contents === undefined) return { code: 'FILE_UNREADABLE' }
  const texts = contents.filter(isPolicy).map((bytes) => new TextDecoder().decode(bytes))
  const bundle = contents.find((bytes) => !isPolicy(bytes))
  if (bundle === undefined) return { code: 'FILE_MISSING' }
  const pinned = memory.policy()
  const text = texts[0] ?? pinned?.text
  if (text === undefined) return { code: 'FILE_TRUST' }
  try {
    const subject = decodeBundle(bundle).histories[0]?.subject ?? ''
    const address = subjectFromUri(subject)
    if (address.kind !== 'subject') return { code: address.kind === 'wrong' ? address.code : 'FILE_MISSING' }
    const verdict = await verify(bundle, subject, { policy: parsePolicy(text) }, await bestVerify())
    const trust = texts.length > 0 ? { file: 'chosen' as const } : { file: 'pinned' as const }
    const known = texts.length === 0 && pinned !== undefined ? { policySinceMs: pinned.firstSeenMs } : {}
    return { ...address, state: verdict.state, verdict, bundle, checkedAtMs: now(), ...trust, ...known }
  } catch (error) {
    if (error instanceof ProtocolError) return { code: error.code }
    throw error
  }
}

/** A policy is text with its own keywords; a bundle begins with a CBOR array. */
function isPolicy(bytes: Uint8Array): boolean {
  if (bytes.length > LIMITS.policyBytes) return false
  try {
    parsePolicy(new TextDecoder('utf-8', { fatal: true }).decode(bytes))
    return true
  } catch {
    return false
  }
}
