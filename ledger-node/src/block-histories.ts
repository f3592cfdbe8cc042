import { chainNext, type HistoryMap, type HistoryRecord, NO_HISTORY, subjectHash } from '@tristamp/protocol'
import { Records } from './records.ts'
import { historyRow, type Posting, type Row } from './row.ts'

/** The end of a subject's list of postings. */
const NONE = -1

/** The histories that a block extends: of each subject in it the record after the block's last event so far, and where those events stand. */
export class BlockHistories {
  readonly #before: (subject: Uint8Array) => HistoryRecord | undefined
  /** Subjects by number. */
  readonly #numbers = new Map<string, number>()
  readonly #hashes = new Records(32)
  readonly #chains = new Records(32)
  readonly #counts: number[] = []
  /** By subject: its last posting. By posting: where it stands, and its subject's posting before it. */
  readonly #last: number[] = []
  readonly #entries: number[] = []
  readonly #positions: number[] = []
  readonly #previous: number[] = []

  /** @param before a subject's record before the block */
  constructor(before: (subject: Uint8Array) => HistoryRecord | undefined) {
    this.#before = before
  }

  /** Adds an event to a subject's history. */
  extend(subject: string, entry: number, position: number, leaf: Uint8Array): void {
    const number = this.#numbers.get(subject) ?? this.#begin(subject)
    this.#chains.set(number, chainNext(this.#chains.at(number), entry, position, leaf))
    this.#counts[number]!++
    this.#previous.push(this.#last[number]!)
    this.#last[number] = this.#entries.push(entry) - 1
    this.#positions.push(position)
  }

  /** Carries the records into the map. */
  into(map: HistoryMap): void {
    for (let i = 0; i < this.#counts.length; i++) map.set(this.#hashes.at(i), this.#record(i))
  }

  /** A row for each subject, made when it is asked for. */
  *rows(height: number): Generator<Row> {
    for (let i = 0; i < this.#counts.length; i++) {
      yield historyRow(this.#hashes.at(i), height, this.#record(i), this.#postings(i))
    }
  }

  #begin(subject: string): number {
    const hash = subjectHash(subject)
    const { count, chain } = this.#before(hash) ?? NO_HISTORY
    const number = this.#counts.push(count) - 1
    this.#numbers.set(subject, number)
    this.#hashes.push(hash)
    this.#chains.push(chain)
    this.#last.push(NONE)
    return number
  }

  #record(number: number): HistoryRecord {
    return { count: this.#counts[number]!, chain: this.#chains.at(number) }
  }

  #postings(number: number): Posting[] {
    const postings: Posting[] = []
    for (let at = this.#last[number]!; at !== NONE; at = this.#previous[at]!) {
      postings.push({ entry: this.#entries[at]!, position: this.#positions[at]! })
    }
    return postings.reverse()
  }
}
