import type { Words } from '../config-types.ts'
import { type AgentCode, type Fields, printable, sentence } from '../error.ts'
import { lineInChinese } from '../line-text.ts'
import type { Notice, Said } from '../station/notice.ts'

/** One line of what happened at the stations, for the page. Texts of labels are shown as they are, never as markup. */
export interface Act {
  /** Counts up; a page that has seen one knows what is new. */
  n: number
  /** UTC, as the gateway knew it. */
  atMs: number
  station?: string
  kind: Notice['kind'] | 'told'
  /** The step. */
  action?: string
  /** Of `said`. */
  what?: Said
  /** How many things it was about, and the first of them. */
  count?: number
  ids?: string[]
  code?: AgentCode
  /** A refusal's sentence, or what a test said. */
  text?: Words
}

const KEPT = 30
const SHOWN_IDS = 3

/** The last acts and refusals, bounded. */
export class Acts {
  readonly #now: () => number
  readonly #acts: Act[] = []
  #next = 1

  constructor(now: () => number) {
    this.#now = now
  }

  /** Newest first. */
  get list(): readonly Act[] {
    return this.#acts
  }

  notice(station: string, notice: Notice): void {
    const { kind } = notice
    if (kind === 'refused') this.refused(notice.code, { station, ...notice.fields }, station)
    else if (kind === 'said') {
      const { what, action } = notice
      this.#add({ station, kind, what, ...(action !== undefined && { action }) })
    } else {
      const { action, count, ids } = notice
      this.#add({ station, kind, action, count, ids: ids.slice(0, SHOWN_IDS).map((id) => printable(id)) })
    }
  }

  refused(code: AgentCode, fields: Fields, station?: string): void {
    const text = { zh: sentence(code, fields, 'zh'), en: sentence(code, fields, 'en') }
    this.#add({ kind: 'refused', code, text, ...(station !== undefined && { station }) })
  }

  /** A line for which there is no better form. */
  told(line: string): void {
    this.#add({ kind: 'told', text: { zh: printable(lineInChinese(line)), en: printable(line) } })
  }

  #add(act: Omit<Act, 'n' | 'atMs'>): void {
    this.#acts.unshift({ n: this.#next++, atMs: this.#now(), ...act })
    this.#acts.length = Math.min(this.#acts.length, KEPT)
  }
}
