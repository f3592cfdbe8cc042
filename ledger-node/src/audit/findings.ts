import { concat, HASH_BYTES } from '@tristamp/protocol'
import { type Briefs, ID_BYTES, packBriefs, unpackBriefs } from '../contents.ts'
import { type Finding, PUBLIC_KEY_BYTES, SIGNATURE_BYTES } from './examine.ts'

/**
 * The findings of a chunk, as they come back from another thread: in few memories, which are passed on. With memories of its own for each
 * part of each finding, a batch of one event cost 9 µs on the way; so it costs 3 (measured, both threads).
 */
export interface PackedFindings {
  /** Of each finding its end, its key, and the leaves, UUIDs and subjects of its contents. */
  bytes: Uint8Array
  /** Of each statement how many events it has; 0 where nothing was found out. */
  events: Uint16Array
  /** Of each event how many subjects it has. */
  counts: Uint16Array
  /** Of each event. */
  briefs: Briefs
}

export function packFindings(findings: readonly (Finding | undefined)[]): PackedFindings {
  // As it is read back: without an event there is no finding.
  const found = findings.filter((finding) => finding !== undefined && finding.contents.counts.length > 0) as Finding[]
  const parts = found.flatMap(({ end, signedBy, contents: { leaves, ids, subjects } }) => {
    return [end, signedBy, leaves, ids, subjects]
  })
  return {
    bytes: concat(...parts),
    events: Uint16Array.from(findings, (finding) => finding?.contents.counts.length ?? 0),
    counts: Uint16Array.from(found.flatMap(({ contents }) => [...contents.counts])),
    briefs: packBriefs(found.flatMap(({ briefs }) => briefs)),
  }
}

/** The findings again, as views. What was cut short gives findings that are not sound. */
export function unpackFindings({ bytes, events, counts, briefs }: PackedFindings): (Finding | undefined)[] {
  const allBriefs = unpackBriefs(briefs)
  let [at, event] = [0, 0]
  const take = (length: number): Uint8Array => {
    at += length
    return bytes.subarray(at - length, at)
  }
  return Array.from(events, (number): Finding | undefined => {
    if (number === 0) return undefined
    event += number
    const own = counts.subarray(event - number, event)
    const hashes = own.reduce((sum, count) => sum + count, 0)
    return {
      end: take(SIGNATURE_BYTES),
      signedBy: take(PUBLIC_KEY_BYTES),
      contents: {
        leaves: take(number * HASH_BYTES),
        ids: take(number * ID_BYTES),
        counts: own,
        subjects: take(hashes * HASH_BYTES),
      },
      briefs: allBriefs.slice(event - number, event),
    }
  })
}

/** The memories of packed findings, to be passed on and not copied. */
export function memoriesOf({ bytes, events, counts, briefs }: PackedFindings): ArrayBuffer[] {
  return [bytes, events, counts, briefs.of].map(({ buffer }) => buffer as ArrayBuffer)
}
