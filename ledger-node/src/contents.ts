import { concat, type EventBrief, fromHex, HASH_BYTES, type RecordedEvent, subjectHash } from '@tristamp/protocol'

export const ID_BYTES = 16

/**
 * What the log, the map and the indexes need of the events of one statement: flat, so that it is quickly passed from one thread to
 * another, and costs the collector little.
 */
export interface Contents {
  /** Leaves of the events, 32 bytes each. */
  leaves: Uint8Array
  /** UUIDs of the events, 16 bytes each. */
  ids: Uint8Array
  /** Of each event, how many subjects it has. */
  counts: Uint16Array
  /** Hashes of the subjects, 32 bytes each: those of the first event, then those of the second. */
  subjects: Uint8Array
}

/** The same of events that were read here. */
export function contentsOf(
  leaves: readonly Uint8Array[],
  events: readonly Pick<RecordedEvent, 'eventID'>[],
  subjects: readonly (readonly string[])[],
): Contents {
  return {
    leaves: concat(...leaves),
    ids: concat(...events.map(({ eventID }) => uuidBytes(eventID))),
    counts: Uint16Array.from(subjects, (each) => each.length),
    subjects: concat(...subjects.flatMap((each) => each.map(subjectHash))),
  }
}

/** The 16 bytes of `urn:uuid:…`; admission has checked the form. */
export function uuidBytes(urn: string): Uint8Array {
  const at = 'urn:uuid:'.length
  const digits =
    urn.slice(at, at + 8) + urn.slice(at + 9, at + 13) + urn.slice(at + 14, at + 18) + urn.slice(at + 19, at + 23)
  return fromHex((digits + urn.slice(at + 24)).toLowerCase())
}

/** Whether the parts are as long as they must be for so many events. */
export function isWhole({ leaves, ids, counts, subjects }: Contents, events: number): boolean {
  const hashes = counts.reduce((sum, count) => sum + count, 0)
  return (
    counts.length === events &&
    leaves.length === events * HASH_BYTES &&
    ids.length === events * ID_BYTES &&
    subjects.length === hashes * HASH_BYTES
  )
}

/** Each record of `size` bytes in turn, as views. */
export function split(records: Uint8Array, size: number): Uint8Array[] {
  return Array.from({ length: records.length / size }, (_, i) => records.subarray(i * size, (i + 1) * size))
}

/** Briefs of a batch in few words: each that occurs, and for each event which one is its. */
export interface Briefs {
  each: readonly EventBrief[]
  of: Uint16Array
}

export function packBriefs(briefs: readonly EventBrief[]): Briefs {
  const numbers = new Map<string, number>()
  const each: EventBrief[] = []
  const of = Uint16Array.from(briefs, (brief) => {
    const name = brief.type === 'TristampReport' ? '' : `${brief.type}/${brief.action}/${brief.bizStep}`
    const known = name === '' ? undefined : numbers.get(name)
    if (known !== undefined) return known
    const number = each.push(brief) - 1
    numbers.set(name, number)
    return number
  })
  return { each, of }
}

/** @throws RangeError when they are not of so many events */
export function unpackBriefs({ each, of }: Briefs): EventBrief[] {
  return Array.from(of, (number) => {
    const brief = each[number]
    if (brief === undefined) throw new RangeError('a brief that is not there')
    return brief
  })
}
