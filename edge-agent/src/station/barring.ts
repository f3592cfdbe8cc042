import { matchOf } from '@tristamp/protocol'
import type { StationConfig } from '../config-types.ts'
import { AgentError, asAgentError } from '../error.ts'
import { alsoOf, isDrill, reasonOf, toDoOf } from '../order-text.ts'
import { encodeReport } from '../report-event.ts'
import type { Stamp } from '../stamp.ts'
import { bars, opens, Tries } from './barrier.ts'
import type { StationServices } from './services.ts'
import type { ScanInput } from './state.ts'

/** Stops recalled and held goods at a station. */
export class Barring {
  readonly #config: StationConfig
  readonly #services: StationServices
  readonly #tries = new Tries()
  /** The recall for which goods were refused here last. */
  refused: string | undefined

  constructor(config: StationConfig, services: StationServices) {
    this.#config = config
    this.#services = services
  }

  /**
   * Recalled goods go no further: refused, and that someone tried is recorded. A drill is told, and stops nothing. Held goods may be taken in and
   * looked at, and leave no further.
   * @param steps that the goods are to take
   * @returns true where a reader sees again what it was refused a moment ago: nobody need be told
   * @throws AgentError GOODS_RECALLED, GOODS_HELD
   */
  async stops(
    names: readonly string[],
    { moment }: Stamp,
    by: ScanInput['by'],
    steps: readonly (string | undefined)[],
  ): Promise<boolean> {
    const [goods] = names
    const acts = steps.map((step) => this.#config.actions.get(step ?? '')?.action)
    const about = this.#services.recalled?.(names) ?? []
    const found = about.filter((notice) => bars(notice.recall, acts) && !opens(notice, names, acts))
    if (goods === undefined || found.length === 0) return false
    const { gateway, accept, info, problem } = this.#services
    const news = found.filter((notice) => this.#tries.isNews(goods, notice, moment.monotonicMs))
    for (const { recall } of news) {
      if (isDrill(recall)) info(`· DRILL, not a recall: ${goods} is named by ${recall.id} at ${this.#config.id}`)
    }
    const [gravest, ...others] = found.filter(({ recall }) => !isDrill(recall))
    if (gravest === undefined) return false
    if (gravest.recall.op === 'recall') this.refused = gravest.recall.id
    const tried = [gravest, ...others].filter((notice) => news.includes(notice))
    const reports = tried.map(({ recall: { op, id } }) =>
      encodeReport({ kind: 'blocked', subject: goods, [op]: id }, moment, gateway.zone, gateway.station),
    )
    // It is refused also where that cannot be recorded.
    if (reports.length > 0) await accept(reports, []).catch((thrown: unknown) => problem(asAgentError(thrown)))
    if (by === 'reader' && tried.length === 0) return true
    const { op, id } = gravest.recall
    const [reason, toDo] = [reasonOf(gravest.recall), toDoOf(gravest.recall)]
    const known = matchOf(gravest, names) === 'also' ? alsoOf(gravest.recall) : undefined
    const [whyEn, whyZh] = [known ? `${known.en} ${reason.en}` : reason.en, `${known?.zh ?? ''}${reason.zh}`]
    const words = { whyEn, whyZh, holderEn: toDo.en, holderZh: toDo.zh }
    throw new AgentError(op === 'hold' ? 'GOODS_HELD' : 'GOODS_RECALLED', { goods, ...words, [op]: id })
  }
}
