import {
  organisationUri,
  parseRecordedEvent,
  parseStatement,
  type ReportEvent,
  recallAnswersUri,
  subjectFrom,
  subjectHash,
  toHex,
} from '@tristamp/protocol'
import { Cache } from '../cache.ts'
import type { Ledger, Sealed } from '../ledger.ts'
import type { Entries } from '../query/source.ts'
import { historyKey, readHistoryRow } from '../row.ts'
import { siteOf } from '../trace/piles.ts'
import type { AnswerFact, BlockedFact, FactProof } from './facts.ts'

/** What holders and their gateways have said of one recall, in the order of the log. */
export interface Answers {
  answers: AnswerFact[]
  blocked: BlockedFact[]
  /** There are more than are read. */
  cut: boolean
}

/** Reports of one recall that are read; a chain with a gateway in every shop has ten thousand. */
const MAX_REPORTS = 100_000
const BYTES = 32 * 1024 * 1024
const BYTES_EACH = 600

interface Read extends Answers {
  /** Blocks up to here have been read. */
  height: number
}

/** Reads answers and refused tries from the history where they stand. What was read once is kept: it does not change. */
export class RecallAnswers {
  readonly #ledger: Ledger
  readonly #entries: Entries
  readonly #read = new Cache<string, Read>(BYTES)

  constructor(ledger: Ledger, entries: Entries) {
    this.#ledger = ledger
    this.#entries = entries
  }

  /** Up to a seal. */
  async of(recall: string, { seal: { height } }: Sealed): Promise<Answers> {
    const before = this.#read.get(recall) ?? { answers: [], blocked: [], cut: false, height: -1 }
    if (before.height >= height) return before
    const read: Read = { ...before, answers: [...before.answers], blocked: [...before.blocked], height }
    const hash = subjectHash(recallAnswersUri(recall))
    const range = { gte: historyKey(hash, before.height + 1), lt: historyKey(hash, height + 1) }
    for await (const [, value] of this.#ledger.store.rows(range)) {
      for (const { entry, position } of readHistoryRow(value).postings) {
        if (read.answers.length + read.blocked.length >= MAX_REPORTS) read.cut = true
        else await this.#take(read, entry, position)
      }
    }
    this.#read.set(recall, read, 1000 + BYTES_EACH * (read.answers.length + read.blocked.length))
    return read
  }

  async #take(read: Read, entry: number, position: number): Promise<void> {
    const { header } = parseStatement(await this.#entries.bytes(entry))
    if (header.kind !== 'batch') return
    const event = parseRecordedEvent(header.kind, (await this.#entries.events(entry))[position]!.event)
    if (event.type !== 'TristampReport') return
    const { org = '', gateway = '', station = '' } = this.#ledger.state.keys.get(toHex(header.kid)) ?? {}
    const holder = this.#ledger.state.organisations.get(org)?.party ?? organisationUri(org)
    const speaker = `${org}/${gateway}`
    const place = siteOf(event.bizLocation?.id ?? '')
    const atHome = siteOf(station) === place
    const at = Date.parse(event.eventTime)
    const proof = { entry, position, eventID: event.eventID }
    const { report } = event
    if (report.kind === 'recall-response')
      read.answers.push({ speaker, holder, place, atHome, at, ...said(report), proof: { ...proof, kind: 'answer' } })
    else if (report.kind === 'blocked') {
      const { subject } = report
      const blocked: FactProof = { ...proof, kind: 'blocked' }
      read.blocked.push({ holder, place, atHome, at, subject, piece: isItem(subject), proof: blocked })
    }
  }
}

/** How much an answer is about: as it says, or as many items as it names. */
function said({
  state,
  quantity,
  goods,
}: ReportEvent['report'] & { kind: 'recall-response' }): Pick<AnswerFact, 'state' | 'milli' | 'uom'> {
  if (quantity !== undefined) return { state, ...quantity }
  return goods?.every(isItem) === true ? { state, milli: 1000 * goods.length } : { state }
}

function isItem(subject: string): boolean {
  return subjectFrom(subject).kind === 'item'
}
