import {
  type Admission,
  type Change,
  changeId,
  extended,
  fromHex,
  type HistoryMap,
  type HistoryRecord,
  leafHash,
  NO_HISTORY,
  subjectHash,
  toHex,
} from '@tristamp/protocol'
import type { EntryPlace } from './feed.ts'
import type { LogEdge } from './log.ts'
import {
  blockRow,
  chainRow,
  entryRow,
  eventRow,
  governanceRow,
  historyRow,
  type Posting,
  type Row,
  stateRow,
} from './row.ts'

export type Admitted = Admission & { ok: true }

interface SubjectInBlock {
  hash: Uint8Array
  record: HistoryRecord
  postings: Posting[]
}

/** A statement where it stands, sealed or not. */
export interface RecordedStatement {
  entry: number
  leaf: Uint8Array
  place: EntryPlace
}

/**
 * What the entries since the last seal change, gathered in memory until their seal: the store only ever shows sealed states,
 * so a reader never sees an entry that no checkpoint covers.
 */
export class Block {
  readonly height: number
  readonly firstEntry: number
  /** Statements so far. */
  entries = 0
  events = 0
  readonly #rows: Row[] = []
  readonly #leaves: Uint8Array[] = []
  readonly #subjects = new Map<string, SubjectInBlock>()
  readonly #changes = new Map<string, Change>()
  readonly #statements = new Map<string, RecordedStatement>()
  readonly #recordOf: (subject: Uint8Array) => HistoryRecord | undefined

  /** @param recordOf a subject's record before the block */
  constructor(height: number, firstEntry: number, recordOf: (subject: Uint8Array) => HistoryRecord | undefined) {
    this.height = height
    this.firstEntry = firstEntry
    this.#recordOf = recordOf
  }

  /** Takes in the next entry, which is on disk at `place`. */
  add(place: EntryPlace, { statement, events, changes }: Admitted): void {
    const entry = place.entry.index
    const { kid, seq } = statement.header
    const leaf = leafHash(statement.bytes)
    this.entries++
    this.events += events.length
    this.#leaves.push(leaf)
    this.#statements.set(`${toHex(kid)}/${seq}`, { entry, leaf, place })
    this.#rows.push(entryRow(place), chainRow(kid, seq, entry))
    for (const change of changes) this.#changes.set(changeId(change), change)
    for (const { position, leaf: eventLeaf, subjects, value, effective } of events) {
      if (value.type === 'TristampGovernance') this.#rows.push(governanceRow({ entry, position }, effective))
      this.#rows.push(eventRow(uuidBytes(value.eventID), { entry, position }))
      for (const subject of subjects) this.#extend(subject, { entry, position }, eventLeaf)
    }
  }

  /** Changes of the admission state, the last of each part. */
  get changes(): Iterable<Change> {
    return this.#changes.values()
  }

  statement(kid: Uint8Array, seq: number): RecordedStatement | undefined {
    return this.#statements.get(`${toHex(kid)}/${seq}`)
  }

  /** Carries the block's histories into the map, of which the seal commits to the root. */
  extendMap(map: HistoryMap): void {
    for (const { hash, record } of this.#subjects.values()) map.set(hash, record)
  }

  /** Appends the block's leaves and its seal's to the log, and answers every row that the block adds to the store. */
  rows(log: LogEdge, seal: EntryPlace, sealBytes: Uint8Array, timeMs: number): Row[] {
    for (const leaf of this.#leaves) log.append(leaf)
    log.append(leafHash(sealBytes))
    const histories = [...this.#subjects.values()].map((s) => historyRow(s.hash, this.height, s.record, s.postings))
    const states = [...this.#changes.values()].map(stateRow)
    return [
      ...this.#rows,
      entryRow(seal),
      ...histories,
      ...states,
      ...log.takeRows(),
      blockRow(this.height, log.size, timeMs),
    ]
  }

  #extend(subject: string, posting: Posting, leaf: Uint8Array): void {
    let known = this.#subjects.get(subject)
    if (known === undefined) {
      const hash = subjectHash(subject)
      known = { hash, record: this.#recordOf(hash) ?? NO_HISTORY, postings: [] }
      this.#subjects.set(subject, known)
    }
    known.record = extended(known.record, posting.entry, posting.position, leaf)
    known.postings.push(posting)
  }
}

/** The 16 bytes of `urn:uuid:…`; admission has checked the form. */
export function uuidBytes(urn: string): Uint8Array {
  return fromHex(urn.slice('urn:uuid:'.length).replaceAll('-', '').toLowerCase())
}
