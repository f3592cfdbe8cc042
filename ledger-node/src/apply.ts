import {
  type Admission,
  type AdmittedEvent,
  type Change,
  changeId,
  HASH_BYTES,
  type HistoryMap,
  type HistoryRecord,
  leafHash,
  type Statement,
  toHex,
} from '@tristamp/protocol'
import { BlockHistories } from './block-histories.ts'
import { type Contents, contentsOf, ID_BYTES } from './contents.ts'
import type { EntryPlace } from './feed.ts'
import type { LogEdge } from './log.ts'
import { Records } from './records.ts'
import { blockRow, chainRow, entryRow, eventRow, governanceRow, type Row, stateRow } from './row.ts'

/** What the derived data need of an admitted statement. */
export interface Admitted {
  statement: Statement
  /** The statement's own leaf in the log. */
  leaf: Uint8Array
  contents: Contents
  /** Of each event, if it governs, whether it took effect with this signature. */
  effective: readonly boolean[] | undefined
  changes: readonly Change[]
}

/**
 * Lets go of the events themselves, which would only fill memory until their group is on disk.
 * @param contents where they are known already
 */
export function essenceOf(admission: Admission & { ok: true }, contents?: Contents): Admitted {
  const { statement, events, changes } = admission
  return {
    statement,
    leaf: leafHash(statement.bytes),
    contents: contents ?? contentsOfEvents(events),
    effective: statement.header.kind === 'governance' ? events.map(({ effective }) => effective) : undefined,
    changes,
  }
}

function contentsOfEvents(events: readonly AdmittedEvent[]): Contents {
  const read = events.map(({ value }) => ('eventID' in value ? value : raise()))
  return contentsOf(
    events.map(({ leaf }) => leaf),
    read,
    events.map(({ subjects }) => subjects),
  )
}

function raise(): never {
  throw new Error('a batch that was known without its events has contents of its own')
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
  readonly #histories: BlockHistories
  /** Of every event its UUID, its entry and its position. */
  readonly #uuids = new Records(16)
  readonly #eventEntries: number[] = []
  readonly #eventPositions: number[] = []
  readonly #changes = new Map<string, Change>()
  readonly #statements = new Map<string, RecordedStatement>()

  /** @param recordOf a subject's record before the block */
  constructor(height: number, firstEntry: number, recordOf: (subject: Uint8Array) => HistoryRecord | undefined) {
    this.height = height
    this.firstEntry = firstEntry
    this.#histories = new BlockHistories(recordOf)
  }

  /** Takes in the next entry, which is on disk at `place`. */
  add(place: EntryPlace, { statement, leaf, contents, effective, changes }: Admitted): void {
    const entry = place.entry.index
    const { kid, seq } = statement.header
    const { leaves, ids, counts, subjects } = contents
    this.entries++
    this.events += counts.length
    this.#leaves.push(leaf)
    this.#statements.set(`${toHex(kid)}/${seq}`, { entry, leaf, place })
    this.#rows.push(entryRow(place), chainRow(kid, seq, entry))
    for (const change of changes) this.#changes.set(changeId(change), change)
    let at = 0
    for (let position = 0; position < counts.length; position++) {
      if (effective !== undefined) this.#rows.push(governanceRow({ entry, position }, effective[position]!))
      this.#uuids.push(ids.subarray(position * ID_BYTES, (position + 1) * ID_BYTES))
      this.#eventEntries.push(entry)
      this.#eventPositions.push(position)
      const eventLeaf = leaves.subarray(position * HASH_BYTES, (position + 1) * HASH_BYTES)
      for (const end = at + counts[position]! * HASH_BYTES; at < end; at += HASH_BYTES)
        this.#histories.extend(subjects.subarray(at, at + HASH_BYTES), entry, position, eventLeaf)
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
    this.#histories.into(map)
  }

  /** Appends the block's leaves and its seal's to the log; answers every row that the block adds to the store, made one by one. */
  rows(log: LogEdge, seal: EntryPlace, sealBytes: Uint8Array, timeMs: number): Iterable<Row> {
    for (const leaf of this.#leaves) log.append(leaf)
    log.append(leafHash(sealBytes))
    return this.#allRows([entryRow(seal), ...log.takeRows(), blockRow(this.height, log.size, timeMs)])
  }

  *#allRows(others: readonly Row[]): Generator<Row> {
    yield* this.#rows
    for (let i = 0; i < this.#uuids.length; i++) {
      yield eventRow(this.#uuids.at(i), { entry: this.#eventEntries[i]!, position: this.#eventPositions[i]! })
    }
    yield* this.#histories.rows(this.height)
    for (const change of this.#changes.values()) yield stateRow(change)
    yield* others
  }
}
