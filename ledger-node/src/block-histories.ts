import { chainNext, type HistoryMap, type HistoryRecord, NO_HISTORY } from '@tristamp/protocol'
import { HashNumbers } from './hash-numbers.ts'
import { Records } from './records.ts'
import { historyRow, type Posting, type Row } from './row.ts'

/** The end of a subject's list of postings. */
const NONE = -1

/** The histories that a block extends: of each subject in it the record after the block's last event so far, and where those events stand. */
export class BlockHistories {
  readonly #before: (subject: Uint8Array) => HistoryRecord | undefined
  /** Subjects by number. */
  readonly #subjects = new HashNumbers()
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

  /** Adds an event to a subject's history. @param subject its hash */
  extend(subject: Uint8Array, entry: number, position: number, leaf: Uint8Array): void {
    const number = this.#subjects.numberOf(subject)
    if (number === this.#counts.length) this.#begin(subject)
    this.#chains.set(number, chainNext(this.#chains.at(number), entry, position, leaf))
    this.#counts[number]!++
    this.#previous.push(this.#last[number]!)
    this.#last[number] = this.#entries.push(entry) - 1
    this.#positions.push(position)
  }

  /** Carries the records into the map. */
  into(map: HistoryMap): void {
    for (let i = 0; i < this.#counts.length; i++) map.set(this.#subjects.at(i), this.#record(i))
  }

  /** A row for each subject, made when it is asked for. */
  *rows(height: number): Generator<Row> {
    for (let i = 0; i < this.#counts.length; i++) {
      yield historyRow(this.#subjects.at(i), height, this.#record(i), this.#postings(i))
    }
  }

  #begin(subject: Uint8Array): void {
    const { count, chain } = this.#before(subject) ?? NO_HISTORY
    this.#counts.push(count)
    this.#chains.push(chain)
    this.#last.push(NONE)
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
