import { SENTENCES } from '../error.ts'
import type { LinkView, NodeView } from '../trace/trace-answer.ts'
import type { Lang } from '../verify-file/words.ts'

/** An answer to `GET /v1/trace`, all of its pages. */
export interface Traced {
  treeSize: number
  subject: string
  nodes: NodeView[]
  links: LinkView[]
  incomplete?: string[]
}

type Direction = 'back' | 'forward' | 'both'
type Text = Record<Lang, string>

const HEADS: Record<'back' | 'forward', Text> = {
  back: { zh: '来源', en: 'Came from' },
  forward: { zh: '去向', en: 'Went to' },
}
const KINDS: Record<string, Text> = {
  unit: { zh: '物流单元', en: 'unit' },
  item: { zh: '单品', en: 'item' },
  lot: { zh: '批次', en: 'lot' },
  product: { zh: '产品', en: 'product' },
  asset: { zh: '资产', en: 'asset' },
  place: { zh: '地点', en: 'place' },
  party: { zh: '组织', en: 'party' },
  transformation: { zh: '加工', en: 'transformation' },
}
const LINKS: Record<LinkView['kind'], Text> = {
  input: { zh: '投入', en: 'went into' },
  output: { zh: '产出', en: 'came out of' },
  lot: { zh: '同属批次', en: 'of one lot with' },
  contained: { zh: '装载于', en: 'packed with' },
  fixed: { zh: '安装于', en: 'fixed with' },
  at: { zh: '到过', en: 'was at' },
  unpacked: { zh: '拆出于', en: 'unpacked at' },
  held: { zh: '持有方', en: 'held by' },
}
const WORDS = {
  proof: { zh: '证明：条目', en: 'proved by entry' },
  again: { zh: '（见上）', en: '(see above)' },
  size: { zh: '账本条目数', en: 'of the ledger as it was at entries' },
  nothing: { zh: '没有记录', en: 'nothing is recorded' },
} satisfies Record<string, Text>

/** Names from a ledger are shown with nothing in them that a terminal obeys. */
function plain(text: string): string {
  return text.replace(/[^\x20-\x7e\u00a0-\uffff]/g, '?').slice(0, 600)
}

/** An answer as lines for a person: a tree for each direction, and what is left out. */
export function linesOf(traced: Traced, direction: Direction, lang: Lang): string[] {
  const { nodes, subject, treeSize, incomplete = [] } = traced
  const lines = [`${plain(subject)}  (${WORDS.size[lang]} ${treeSize})`]
  const near = linksByNode(traced)
  for (const way of ['back', 'forward'] as const) {
    if (direction !== 'both' && direction !== way) continue
    lines.push('', `${HEADS[way][lang]}:`)
    const before = lines.length
    new Tree(nodes, near, way, lang, lines).under(0, '  ')
    if (lines.length === before) lines.push(`  ${WORDS.nothing[lang]}`)
  }
  for (const code of incomplete)
    if (code === 'TRACE_DEPTH' || code === 'TRACE_NODES') lines.push('', `${code}: ${SENTENCES[code][lang]}`)
  return lines
}

function linksByNode({ nodes, links }: Traced): LinkView[][] {
  const near: LinkView[][] = nodes.map(() => [])
  for (const link of links) {
    near[link.from]?.push(link)
    if (link.to !== link.from) near[link.to]?.push(link)
  }
  return near
}

class Tree {
  readonly #nodes: readonly NodeView[]
  readonly #near: readonly LinkView[][]
  readonly #back: boolean
  readonly #lang: Lang
  readonly #lines: string[]
  readonly #shown = new Set<number>([0])

  constructor(
    nodes: readonly NodeView[],
    near: readonly LinkView[][],
    way: 'back' | 'forward',
    lang: Lang,
    lines: string[],
  ) {
    this.#nodes = nodes
    this.#near = near
    this.#back = way === 'back'
    this.#lang = lang
    this.#lines = lines
  }

  /** Everything that a node leads to in this direction, deeper by one step each. Without recursion: a chain may be as long as it likes. */
  under(root: number, indent: string): void {
    const waiting = this.#next(root)
      .reverse()
      .map((one) => ({ ...one, indent }))
    for (let one = waiting.pop(); one !== undefined; one = waiting.pop()) {
      const again = this.#shown.has(one.node)
      this.#lines.push(one.indent + this.#line(one.node, one.link) + (again ? ` ${WORDS.again[this.#lang]}` : ''))
      if (again) continue
      this.#shown.add(one.node)
      const deeper = `${one.indent}  `
      for (const next of this.#next(one.node).reverse()) waiting.push({ ...next, indent: deeper })
    }
  }

  #next(node: number): { node: number; link: LinkView }[] {
    return (this.#near[node] ?? []).flatMap((link) => {
      const other = link.from === node ? link.to : link.from
      return this.#follows(link, node) ? [{ node: other, link }] : []
    })
  }

  /** Transformations are gone through in one direction; where something was, in what, and of which lot, belongs to it in both. */
  #follows({ kind, from, to }: LinkView, node: number): boolean {
    if (kind === 'input' || kind === 'output') return this.#back ? to === node : from === node
    if (kind === 'lot') return true
    return from === node || this.#kind(to) !== 'place'
  }

  #line(node: number, { kind, time, until, quantity, proof }: LinkView): string {
    const { id } = this.#nodes[node] ?? { id: '?' }
    const amount =
      quantity === undefined ? '' : ` ${quantity.milli / 1000}${quantity.uom === undefined ? '' : ` ${quantity.uom}`}`
    const when = [time, until].filter((one) => one !== undefined).join(' – ')
    const name = KINDS[this.#kind(node)]?.[this.#lang] ?? this.#kind(node)
    const what = `${LINKS[kind]?.[this.#lang] ?? plain(kind)}  ${name} ${plain(id)}${plain(amount)}`
    return `${what}  ${plain(when)}  [${WORDS.proof[this.#lang]} ${proof.entry}/${proof.position}]`
  }

  #kind(node: number): string {
    return plain(this.#nodes[node]?.kind ?? '')
  }
}
