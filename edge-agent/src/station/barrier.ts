import {
  canonicalUri,
  type Hold,
  matchOf,
  namesOnLabel,
  type Recall,
  type RecallNotice,
  type Scan,
  subjectFrom,
  subjectKind,
} from '@tristamp/protocol'
import type { Action } from '../config-types.ts'
import type { Goods } from './goods.ts'

/** That someone tried is recorded once in this time for the same goods and recall; readers that see a tag all day say so no oftener. */
const AGAIN_MS = 60_000
/** Tries that are remembered. */
const MOST = 1024

/** Under which names the goods of a scan can be called back. */
export function namesOfScan({ elements, carrier, text }: Scan): string[] {
  if (elements) return namesOnLabel(elements)
  if (carrier !== 'uri') return []
  try {
    return [canonicalUri(text)]
  } catch {
    // No identifier of goods: what it is, is for the station to say.
    return []
  }
}

/** The same for goods that were scanned before. */
export function namesOfGoods({ id, lot }: Goods): string[] {
  const { elements } = subjectFrom(id)
  if (elements === undefined) return [id]
  return namesOnLabel(lot === undefined ? elements : new Map([...elements, ['10', lot]]))
}

/** Held goods may come in, be unpacked, looked at and tested, so that persons can decide; they go no further. */
const HELD_GOES_NOWHERE: ReadonlySet<Action> = new Set(['transform', 'pack', 'load', 'ship', 'sell'])

/** Whether an order stops one of these acts; without an act nothing is done with the goods. */
export function bars({ op }: Recall | Hold, acts: readonly (Action | undefined)[]): boolean {
  return op === 'recall' || acts.some((act) => act !== undefined && HELD_GOES_NOWHERE.has(act))
}

/** What holds such goods beside others may be opened, or the others would be stuck; what is taken out is judged by itself. */
const OPENING: ReadonlySet<Action> = new Set(['unpack', 'unload'])

/** Whether an order does not stop these acts with a unit, because it is only known to hold some of the goods. */
export function opens(notice: RecallNotice, names: readonly string[], acts: readonly (Action | undefined)[]): boolean {
  const [unit = ''] = names
  if (subjectKind(unit) !== 'unit' || matchOf(notice, names) !== 'also') return false
  return acts.every((act) => act !== undefined && OPENING.has(act))
}

/** Which tries to handle recalled goods are news. */
export class Tries {
  readonly #lastMs = new Map<string, number>()

  isNews(subject: string, { recall }: RecallNotice, nowMs: number): boolean {
    const key = `${subject} ${recall.id}`
    const last = this.#lastMs.get(key)
    if (last !== undefined && nowMs - last < AGAIN_MS) return false
    this.#lastMs.delete(key)
    this.#lastMs.set(key, nowMs)
    const [oldest] = this.#lastMs.keys()
    if (this.#lastMs.size > MOST && oldest !== undefined) this.#lastMs.delete(oldest)
    return true
  }
}
