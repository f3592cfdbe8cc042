// A bundle that somebody handed over as a file, checked without any server.
import {
  type Bundle,
  bestVerify,
  decodeBundle,
  LIMITS,
  MAX_BUNDLE_BYTES,
  type ProtocolCode,
  ProtocolError,
  parseCheckpoint,
  parseNote,
  parsePolicy,
  verify,
} from '@tristamp/protocol'
import { conflictOf, type Finding, originOf } from './check.ts'
import type { Memory, SeenCheckpoint } from './remembered.ts'
import { subjectFromUri } from './subject-from-path.ts'

/**
 * FILE_MISSING no bundle among the files, FILE_MANY more than one, or two policies, FILE_SIZE one too large, FILE_UNREADABLE one that is gone, or a folder, FILE_TRUST neither a policy
 * chosen nor one remembered.
 */
export type FileCode = 'FILE_MISSING' | 'FILE_MANY' | 'FILE_SIZE' | 'FILE_UNREADABLE' | 'FILE_TRUST' | ProtocolCode

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
  const [bundle, ...others] = contents.filter((bytes) => !isPolicy(bytes))
  // What was chosen and not looked at would be taken for checked.
  if (others.length > 0 || new Set(texts).size > 1) return { code: 'FILE_MANY' }
  if (bundle === undefined) return { code: 'FILE_MISSING' }
  const pinned = memory.policy()
  const text = texts[0] ?? pinned?.text
  if (text === undefined) return { code: 'FILE_TRUST' }
  try {
    const decoded = decodeBundle(bundle)
    const subject = decoded.histories[0]?.subject ?? ''
    const address = subjectFromUri(subject)
    if (address.kind !== 'subject') return { code: address.kind === 'wrong' ? address.code : 'FILE_MISSING' }
    const policy = parsePolicy(text)
    const known = texts.length === 0 ? seenBeside(decoded, memory.checkpoint(originOf(policy))) : undefined
    const verdict = await verify(bundle, subject, { policy, ...(known && { remembered: known }) }, await bestVerify())
    const trust = texts.length > 0 ? { file: 'chosen' as const } : { file: 'pinned' as const }
    const since = texts.length === 0 && pinned !== undefined ? { policySinceMs: pinned.firstSeenMs } : {}
    const finding = { ...address, state: verdict.state, verdict, bundle, checkedAtMs: now(), ...trust, ...since }
    return { ...finding, ...conflictOf(verdict, known?.note) }
  } catch (error) {
    if (error instanceof ProtocolError) return { code: error.code }
    throw error
  }
}

/**
 * The state that this device saw, where a bundle can be held against it: of another size it proves only what it was made to prove. Of a note that cannot be
 * read the checks tell.
 */
function seenBeside({ checkpoint, consistency }: Bundle, seen: SeenCheckpoint | undefined): SeenCheckpoint | undefined {
  if (seen === undefined || consistency?.from === seen.size) return seen
  try {
    return parseCheckpoint(parseNote(checkpoint).text).size === seen.size ? seen : undefined
  } catch (error) {
    if (error instanceof ProtocolError) return undefined
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
