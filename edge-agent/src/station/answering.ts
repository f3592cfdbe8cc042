import { fromUtf8, matchOf, type RecallNotice, type RecallResponse, type Scan, utf8 } from '@tristamp/protocol'
import { AgentError } from '../error.ts'
import { isDrill } from '../order-text.ts'
import type { Store, Write } from '../store.ts'
import { amountOf, type Given, isOfGoods, type OpenAnswer, withAmount, withGoods } from './answer.ts'
import type { Command } from './command.ts'
import { type Goods, goodsOf, NoGoods } from './goods.ts'
import type { Notice } from './notice.ts'
import type { StationState } from './state.ts'

/** What answering needs of its station. */
export interface AnsweringParts {
  station: string
  separators: 'unproven' | 'proven'
  store: Store
  /** Recalls that stand. */
  recalls(): readonly RecallNotice[]
}

/** A scan or a command while a recall is being answered. */
export interface AnswerInput {
  scan: Scan
  command?: Command | undefined
  names: readonly string[]
  year: number
  /** The recall for which this station refused goods last. */
  refused?: string | undefined
}

/** What it comes to: the station's state, what is to be signed and kept, and what is said. */
export interface AnswerStep {
  state: StationState
  reports: RecallResponse[]
  writes: Write[]
  notice: Notice
  line: string
}

/** Things scanned for one answer. */
const MOST = 200

/** Where what was answered to a recall is kept, beside the stations; no station's name has a space. */
function answersKey(recall: string): string {
  return `answers ${recall}`
}

/** What this gateway has answered to a recall. */
async function givenTo(store: Store, recall: string): Promise<Given> {
  const bytes = await store.get('station', answersKey(recall))
  return bytes ? (JSON.parse(fromUtf8(bytes)) as Given) : {}
}

/** Answers to recalls at a station: by a card or the page, at once or after the goods were scanned. */
export class Answering {
  readonly #parts: AnsweringParts

  constructor(parts: AnsweringParts) {
    this.#parts = parts
  }

  /**
   * @returns undefined for what is no part of an answer
   * @throws AgentError SCAN_ORDER, SCAN_UNFINISHED, SCAN_QUANTITY, SCAN_TOO_MANY, SCAN_IDENTITY, SCAN_MALFORMED
   */
  async take(state: StationState, input: AnswerInput): Promise<AnswerStep | undefined> {
    const { command } = input
    if (command?.kind === 'recall') return this.#command(state, command, input)
    const { answer } = state
    if (answer === undefined) return undefined
    if (command === undefined) return this.#gather(state, answer, input)
    const name = `recall/${answer.state}`
    if (command.kind === 'cancel') {
      const line = `· cancelled: ${name}`
      return { ...this.#nothing(without(state), line), notice: { kind: 'said', what: 'cancelled', action: name } }
    }
    if (command.kind !== 'end') throw new AgentError('SCAN_UNFINISHED', { action: name, station: this.#parts.station })
    if (answer.recall === undefined || answer.goods.length === 0)
      throw this.#order('end', 'scan the recalled goods first')
    const given = await givenTo(this.#parts.store, answer.recall)
    const after = withGoods(answer.recall, given, answer.state, answer.goods)
    return this.#said(without(state), answer.recall, answer, after)
  }

  async #command(
    state: StationState,
    { answer, quantity, recall }: Command & { kind: 'recall' },
    { refused }: AnswerInput,
  ): Promise<AnswerStep> {
    const { station, store } = this.#parts
    const name = `recall/${answer}`
    const { action } = state
    if (state.work && action !== undefined) throw new AgentError('SCAN_UNFINISHED', { action, station })
    const id = this.#which(recall, refused)
    if (quantity === undefined && isOfGoods(answer)) {
      const open: OpenAnswer = { state: answer, ...(id !== undefined && { recall: id }), goods: [] }
      const notice: Notice = { kind: 'said', what: 'now', action: name }
      return { ...this.#nothing({ ...state, answer: open }, `· now: ${name}`), notice }
    }
    if (id === undefined)
      throw this.#order(name, 'several recalls stand: scan goods of one first, or answer at the page')
    const open = { state: answer, goods: [] }
    if (quantity !== undefined)
      return this.#said(without(state), id, open, withAmount(id, await givenTo(store, id), answer, quantity))
    const reports: RecallResponse[] = [{ kind: 'recall-response', recall: id, state: answer }]
    const given = answer === 'none' ? {} : await givenTo(store, id)
    return this.#said(without(state), id, open, { given, reports })
  }

  #gather(state: StationState, answer: OpenAnswer, { scan, names, year }: AnswerInput): AnswerStep {
    const { station, separators } = this.#parts
    const about = this.#parts.recalls().filter((notice) => matchOf(notice, names) !== undefined)
    const own = answer.recall === undefined ? about[0] : about.find(({ recall }) => recall.id === answer.recall)
    if (own === undefined) throw this.#order(scan.text, 'this recall does not name these goods')
    const goods = read(scan, separators, year)
    if (amountOf(goods) === undefined)
      throw new AgentError('SCAN_QUANTITY', {
        text: scan.text,
        why: 'the label does not tell how much it is: answer at the page',
      })
    if (answer.goods.length >= MOST)
      throw new AgentError('SCAN_TOO_MANY', { action: `recall/${answer.state}`, limit: MOST })
    const isAgain = goods.kind === 'instance' && answer.goods.some(({ id }) => id === goods.id)
    const list = isAgain ? answer.goods : [...answer.goods, goods]
    const action = `recall/${answer.state}`
    return {
      ...this.#nothing(
        { ...state, answer: { ...answer, recall: own.recall.id, goods: list } },
        `· ${action} ${list.length} at ${station}`,
      ),
      notice: { kind: 'gathered', action, ids: [goods.id], count: list.length },
    }
  }

  /** Named, or refused for here last, or the only one that stands; exercises after what is in earnest. */
  #which(named: string | undefined, refused: string | undefined): string | undefined {
    const standing = this.#parts.recalls()
    const has = (id: string | undefined): boolean => standing.some(({ recall }) => recall.id === id)
    if (named !== undefined) {
      if (has(named)) return named
      throw this.#order(named, 'no such recall stands')
    }
    if (has(refused)) return refused
    const inEarnest = standing.filter(({ recall }) => !isDrill(recall))
    const [only, ...more] = inEarnest.length > 0 ? inEarnest : standing
    if (only === undefined) throw this.#order('recall', 'no recall stands')
    return more.length === 0 ? only.recall.id : undefined
  }

  #said(
    state: StationState,
    recall: string,
    { state: answer, goods }: Pick<OpenAnswer, 'state' | 'goods'>,
    { given, reports }: { given: Given; reports: RecallResponse[] },
  ): AnswerStep {
    const { station } = this.#parts
    const own = reports.find((report) => report.state === answer)?.quantity
    const sum = own === undefined ? '' : ` ${own.milli / 1000}${own.uom === undefined ? '' : ` ${own.uom}`} in all`
    const ids = goods.map(({ id }) => id)
    return {
      state,
      reports,
      writes: [{ type: 'put', space: 'station', key: answersKey(recall), value: utf8(JSON.stringify(given)) }],
      notice: { kind: 'recorded', action: `recall/${answer}`, ids, count: ids.length },
      line: `✓ recall ${recall}: ${answer}${sum} at ${station}`,
    }
  }

  #nothing(state: StationState, line: string): Omit<AnswerStep, 'notice'> {
    return { state, reports: [], writes: [], line }
  }

  #order(text: string, why: string): AgentError {
    return new AgentError('SCAN_ORDER', { station: this.#parts.station, text, why })
  }
}

function without({ answer: _, ...state }: StationState): StationState {
  return state
}

function read(scan: Scan, separators: 'unproven' | 'proven', year: number): Goods {
  try {
    return goodsOf(scan, { separators, year })
  } catch (error) {
    if (error instanceof NoGoods)
      throw new AgentError(error.code, { text: scan.text, why: error.why }, { cause: error })
    throw error
  }
}
