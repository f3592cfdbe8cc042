import type { AdmissionState, EvidenceId } from '@tristamp/protocol'
import type { Found } from '../evidence/evidence-folder.ts'
import type { EntryPlace, FeedRead } from '../feed.ts'
import type { Row } from '../row.ts'
import type { Mark } from '../store.ts'

/** A ledger to be audited, wherever it lies: a data folder, an archive, a node. Nothing that it says is believed. */
export interface AuditSource {
  /** For people. */
  name: string
  /** Entries that there may be, for the progress; unchecked. */
  expected: number | undefined
  /** Every entry with its events, in order, and the end. @throws Flawed where what is there cannot be read */
  read(): AsyncIterable<FeedRead>
  /** Where an entry was read. */
  locate(place: EntryPlace): { file: string; offset: number }
  /** Where an entry that should follow is not. */
  locateEnd(read: FeedRead & { kind: 'end' }): { file: string; offset: number }
  /** The signed note, unchecked; undefined when there is none. */
  checkpoint(): Promise<{ note: string; file: string } | undefined>
  /** The policy that comes with it; undefined when none does. */
  policy(): Promise<{ text: string; file: string } | undefined>
  /** A piece of evidence that an event names, and where it was looked for. */
  evidence(id: EvidenceId): Promise<{ found: Found; file: string }>
  /** What is kept beside the entries and follows from them. */
  derived: Derived
  /** What else lies there and must fit the ledger. Answers what is worth saying. @throws Flawed */
  beside(state: AdmissionState): Promise<string[]>
}

/** What follows from the entries, as it was found somewhere: compared with what follows, block by block. */
export interface Derived {
  /** Everything that a sealed block adds. @throws Flawed */
  add(rows: Iterable<Row>, mark: Mark): Promise<void>
  /** @throws Flawed */
  end(): Promise<void>
}
