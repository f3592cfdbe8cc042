import {
  type AdmittedEvent,
  type Change,
  changeId,
  fromHex,
  type HistoryMap,
  type HistoryRecord,
  leafHash,
  type Statement,
  toHex,
} from '@tristamp/protocol'
import { BlockHistories } from './block-histories.ts'
import type { EntryPlace } from './feed.ts'
import type { LogEdge } from './log.ts'
import { Records } from './records.ts'
import { blockRow, chainRow, entryRow, eventRow, governanceRow, type Row, stateRow } from './row.ts'

/** What the derived data need of an admitted statement. */
export interface Admitted {
  statement: Statement
  events: readonly Essential[]
  changes: readonly Change[]
}

type Essential = Pick<AdmittedEvent, 'position' | 'leaf' | 'subjects' | 'effective'> & {
  value: Pick<AdmittedEvent['value'], 'type' | 'eventID'>
}

/** Lets go of the events themselves, which would only fill memory until their group is on disk. */
export function essenceOf({ statement, events, changes }: Admitted): Admitted {
  const essence = ({ position, leaf, subjects, effective, value: { type, eventID } }: Essential): Essential => {
    return { position, leaf, subjects, effective, value: { type, eventID } }
  }
  return { statement, events: events.map(essence), changes }
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
      this.#uuids.push(uuidBytes(value.eventID))
      this.#eventEntries.push(entry)
      this.#eventPositions.push(position)
      for (const subject of subjects) this.#histories.extend(subject, entry, position, eventLeaf)
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

/** The 16 bytes of `urn:uuid:…`; admission has checked the form. */
export function uuidBytes(urn: string): Uint8Array {
  const at = 'urn:uuid:'.length
  const digits =
    urn.slice(at, at + 8) + urn.slice(at + 9, at + 13) + urn.slice(at + 14, at + 18) + urn.slice(at + 19, at + 23)
  return fromHex((digits + urn.slice(at + 24)).toLowerCase())
}
