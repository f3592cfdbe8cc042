import { type LinkRole, linksOf, subjectKind } from '@tristamp/protocol'
import type { ExportedEvent } from './exported-event.ts'

/** Some goods of one lot in one event: what one row of a sheet is about. */
export interface GoodsLine {
  at: ExportedEvent
  role: LinkRole
  /** The lot, or what it is where no lot is known. */
  subject: string
  /** The unit in which the event names it. */
  unit?: string
  /** Thousandths of `uom`, of pieces without it; absent where a quantity was not told. */
  milli?: number
  uom?: string
}

/** An event with its lines: none where it names no goods that were asked for. */
export interface EventLines {
  at: ExportedEvent
  lines: GoodsLine[]
}

interface Amount {
  milli?: number
  uom?: string
}

/** Boxes in boxes. */
const MAX_NESTING = 16
/** Lines of one event: a container has some thousand lots. */
const MAX_LINES = 20_000

/**
 * Events in the order of their time, each with the lots that it is about: items are counted under their lots, and a unit is told by what was
 * packed into it before. Events that do not stand are left out.
 */
export class GoodsLines {
  readonly #asked: ReadonlySet<string>
  readonly #lots = new Map<string, string>()
  readonly #made = new Map<string, ExportedEvent>()
  readonly #contents = new Map<string, Map<string, Amount>>()
  readonly events: EventLines[] = []
  /** Whether an event had more lines than are kept. */
  cut: boolean = false

  /** @param asked goods that rows may be about; empty for all */
  constructor(events: readonly ExportedEvent[], asked: readonly string[]) {
    this.#asked = new Set(asked)
    const standing = events.filter(({ state }) => state === 'stands').map((at) => ({ at, links: linksOf(at.event) }))
    standing.sort((a, b) => a.links.timeMs - b.links.timeMs || a.at.entry - b.at.entry || a.at.position - b.at.position)
    for (const { at, links } of standing) {
      for (const { item, lot } of links.lots) if (!this.#lots.has(item)) this.#lots.set(item, lot)
      for (const { role, subject } of links.goods) {
        if (role !== 'made' && role !== 'output') continue
        for (const name of [subject, this.lotOf(subject)]) if (!this.#made.has(name)) this.#made.set(name, at)
      }
    }
    for (const { at, links } of standing) {
      this.events.push({ at, lines: this.#linesOf(at, links.goods) })
      this.#pack(links.goods)
    }
  }

  /** The lot that something is of, or itself. */
  lotOf(subject: string): string {
    return this.#lots.get(subject) ?? subject
  }

  /** The event that made a lot: the first one, where it was made in several. */
  madeBy(lot: string): ExportedEvent | undefined {
    return this.#made.get(lot)
  }

  #linesOf(at: ExportedEvent, goods: ReturnType<typeof linksOf>['goods']): GoodsLine[] {
    const lines = new Map<string, GoodsLine>()
    const all = at.event.type === 'TransformationEvent' || this.#asked.size === 0
    for (const { role, subject, milli, uom } of goods) {
      if (role === 'parent' || role === 'emptied') continue
      for (const one of this.#leaves(subject, {
        ...(milli !== undefined && { milli }),
        ...(uom !== undefined && { uom }),
      })) {
        const lot = this.lotOf(one.subject)
        if (!all && !this.#asked.has(one.subject) && !this.#asked.has(lot)) continue
        // An item is one piece.
        const amount = one.amount.milli ?? (subjectKind(one.subject) === 'item' ? 1000 : undefined)
        const key = `${role} ${lot} ${one.unit ?? ''} ${one.amount.uom ?? ''} ${amount === undefined}`
        const known = lines.get(key)
        if (known?.milli !== undefined) known.milli += amount!
        else if (known === undefined) {
          if (lines.size >= MAX_LINES) {
            this.cut = true
            break
          }
          lines.set(key, {
            at,
            role,
            subject: lot,
            ...(one.unit !== undefined && { unit: one.unit }),
            ...(amount !== undefined && { milli: amount }),
            ...(one.amount.uom !== undefined && { uom: one.amount.uom }),
          })
        }
      }
    }
    return [...lines.values()]
  }

  /** What is in something at the time that has been reached, or itself. */
  *#leaves(subject: string, amount: Amount): Generator<{ subject: string; amount: Amount; unit?: string }> {
    const waiting = [{ subject, amount, depth: 0 }]
    const seen = new Set<string>()
    for (let one = waiting.pop(); one !== undefined; one = waiting.pop()) {
      const contents = one.depth < MAX_NESTING && !seen.has(one.subject) ? this.#contents.get(one.subject) : undefined
      if (contents === undefined || contents.size === 0)
        yield { subject: one.subject, amount: one.amount, ...(one.depth > 0 && { unit: subject }) }
      else {
        seen.add(one.subject)
        for (const [child, inside] of contents) waiting.push({ subject: child, amount: inside, depth: one.depth + 1 })
      }
    }
  }

  #pack(goods: ReturnType<typeof linksOf>['goods']): void {
    const [parent] = goods
    if (parent?.role === 'emptied') this.#contents.delete(parent.subject)
    if (parent?.role !== 'parent') return
    const contents = this.#contents.get(parent.subject) ?? new Map<string, Amount>()
    this.#contents.set(parent.subject, contents)
    for (const { role, subject, milli, uom } of goods) {
      if (role === 'packed') {
        const before = contents.get(subject)
        const sum = milli === undefined ? before?.milli : milli + (before?.milli ?? 0)
        contents.set(subject, { ...(sum !== undefined && { milli: sum }), ...(uom !== undefined && { uom }) })
      } else if (role === 'unpacked') {
        const before = contents.get(subject)
        if (before === undefined) continue
        const left = before.milli === undefined || milli === undefined ? 0 : before.milli - milli
        if (left > 0) contents.set(subject, { ...before, milli: left })
        else contents.delete(subject)
      }
    }
  }
}
