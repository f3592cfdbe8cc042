import {
  AnswerError,
  type Ask,
  fieldsOf,
  listOf,
  maybe,
  oneOf,
  type Proof,
  proofOf,
  type Quantity,
  quantityOf,
  textOf,
  timeOf,
  wholeOf,
} from '../../own/answer.ts'

// The walk of /v1/trace (docs/spec/http.md, Trace), back and forward, put together from its pages until there is enough of it.

const LINK_KINDS = ['input', 'output', 'lot', 'contained', 'fixed', 'at', 'unpacked', 'held'] as const
export type LinkKind = (typeof LINK_KINDS)[number]

export interface TraceNode {
  id: string
  kind: string
  /** Steps from the subject: below zero back, above zero forward, 0 the subject and what stands beside it. */
  depth: number
  /** Of a transformation that several records tell: what went in and came out by all of them, and whether that is more than it may be. */
  run?: { in?: Quantity; out?: Quantity; gain: boolean }
}

export interface TraceLink {
  kind: LinkKind
  from: string
  to: string
  time?: string
  until?: string
  step?: string
  quantity?: Quantity
  proof: Proof
}

export interface Trace {
  subject: string
  /** Over so many entries; of two walks the smaller. */
  treeSize: number
  /** In the order of the answers, back before forward, each once. */
  nodes: TraceNode[]
  links: TraceLink[]
  /** Nodes and links that the node found, and that were not read because there are too many. */
  unread: number
  /** `TRACE_DEPTH`, `TRACE_NODES`: a walk was ended. */
  incomplete: string[]
}

/** Steps in each direction; 0 is not asked. */
export interface Depths {
  back: number
  forward: number
}

export const MAX_DEPTH = 64
/** What one page holds at most. */
const PAGE = 5000
/** Nodes and links of one walk that are read: four pages; a table of more is for the exports, and no picture is. */
export const MAX_READ = 20_000

interface Page {
  treeSize: number
  total: number
  nodes: (TraceNode & { n: number })[]
  links: (Omit<TraceLink, 'from' | 'to'> & { from: number; to: number })[]
  incomplete: string[]
  cursor?: string
}

/** @throws AnswerError, and what `ask` throws */
export async function readTrace(
  ask: Ask,
  subject: string,
  depths: Depths,
  isWanted: () => boolean = () => true,
): Promise<Trace> {
  const trace: Trace = {
    subject,
    treeSize: Number.MAX_SAFE_INTEGER,
    nodes: [],
    links: [],
    unread: 0,
    incomplete: [],
  }
  const seen = new Set<string>()
  for (const direction of ['back', 'forward'] as const) {
    if (depths[direction] > 0) await readWalk(ask, trace, direction, depths[direction], seen, isWanted)
  }
  return trace
}

async function readWalk(
  ask: Ask,
  trace: Trace,
  direction: 'back' | 'forward',
  depth: number,
  seen: Set<string>,
  isWanted: () => boolean,
): Promise<void> {
  const query = new URLSearchParams({
    subject: trace.subject,
    direction,
    depth: String(depth),
    limit: String(PAGE),
  })
  const ids = new Map<number, string>()
  let [read, cursor]: [number, string | undefined] = [0, undefined]
  do {
    if (cursor !== undefined) query.set('cursor', cursor)
    const page = parseTracePage(await ask.get(`/v1/trace?${query}`))
    read += page.nodes.length + page.links.length
    trace.treeSize = Math.min(trace.treeSize, page.treeSize)
    for (const { n, depth: steps, ...node } of page.nodes) {
      ids.set(n, node.id)
      if (once(seen, node.id)) trace.nodes.push({ ...node, depth: direction === 'back' ? 0 - steps : steps })
    }
    for (const link of page.links) {
      const [from, to] = [ids.get(link.from), ids.get(link.to)]
      if (from === undefined || to === undefined) throw new AnswerError('ANSWER_SHAPE', 'links')
      const { entry, position } = link.proof
      if (once(seen, [link.kind, from, to, entry, position].join(' '))) trace.links.push({ ...link, from, to })
    }
    for (const code of page.incomplete) if (!trace.incomplete.includes(code)) trace.incomplete.push(code)
    // A page without anything would be asked for without end.
    const isEmpty = page.nodes.length + page.links.length === 0
    cursor = isEmpty ? undefined : page.cursor
    if (cursor !== undefined && read >= MAX_READ) {
      trace.unread += Math.max(1, page.total - read)
      return
    }
  } while (cursor !== undefined && isWanted())
}

function once(seen: Set<string>, key: string): boolean {
  return !seen.has(key) && seen.add(key) !== undefined
}

/** One page of an answer. @throws AnswerError */
export function parseTracePage(value: unknown): Page {
  const { treeSize, total, nodes, links, incomplete, cursor } = fieldsOf(value, 'answer')
  const counts = fieldsOf(total, 'total')
  const next = maybe(cursor, 'cursor', (v, f) => textOf(v, f, 4096))
  return {
    treeSize: wholeOf(treeSize, 'treeSize', 1),
    total: wholeOf(counts['nodes'], 'total.nodes') + wholeOf(counts['links'], 'total.links'),
    nodes: listOf(nodes, 'nodes', PAGE, (one, field) => {
      const { n, id, kind, depth, run } = fieldsOf(one, field)
      const told = maybe(run, field, runOf)
      return {
        n: wholeOf(n, field),
        id: textOf(id, field),
        kind: textOf(kind, field, 32),
        depth: wholeOf(depth, field),
        ...(told !== undefined && { run: told }),
      }
    }),
    links: listOf(links, 'links', PAGE, parseLink),
    incomplete: listOf(incomplete ?? [], 'incomplete', 8, (one, field) => textOf(one, field, 64)),
    ...(next !== undefined && { cursor: next }),
  }
}

function runOf(value: unknown, field: string): NonNullable<TraceNode['run']> {
  const run = fieldsOf(value, field)
  const [taken, given] = [maybe(run['in'], field, quantityOf), maybe(run['out'], field, quantityOf)]
  return {
    ...(taken !== undefined && { in: taken }),
    ...(given !== undefined && { out: given }),
    gain: run['gain'] === true,
  }
}

function parseLink(value: unknown, field: string): Page['links'][number] {
  const link = fieldsOf(value, field)
  const time = maybe(link['time'], field, timeOf)
  const until = maybe(link['until'], field, timeOf)
  const step = maybe(link['step'], field, (v, f) => textOf(v, f, 512))
  const quantity = maybe(link['quantity'], field, quantityOf)
  return {
    kind: oneOf(link['kind'], field, LINK_KINDS),
    from: wholeOf(link['from'], field),
    to: wholeOf(link['to'], field),
    ...(time !== undefined && { time }),
    ...(until !== undefined && { until }),
    ...(step !== undefined && { step }),
    ...(quantity !== undefined && { quantity }),
    proof: proofOf(link['proof'], field),
  }
}

const STATES = ['there', 'on the way', 'used', 'ended', 'unaccounted'] as const

/** Where goods are, or went (docs/spec/trace.md, Where now). */
export interface Standing {
  state: (typeof STATES)[number]
  place?: string
  holder?: string
  milli?: number
  uom?: string
  things: number
}

/** Rows of where-now that are read: two pages; beyond that the answer says that there is more. */
const MAX_STANDINGS = 10_000

/** Where all of a subject is now. `total` is how many rows there are, read or not. @throws AnswerError, and what `ask` throws */
export async function readStandings(ask: Ask, subject: string): Promise<{ standings: Standing[]; total: number }> {
  const query = new URLSearchParams({ subject, limit: String(PAGE) })
  const standings: Standing[] = []
  for (;;) {
    const answer = fieldsOf(await ask.get(`/v1/trace/where-now?${query}`), 'answer')
    const page = listOf(answer['standings'], 'standings', PAGE, parseStanding)
    standings.push(...page)
    const cursor = maybe(answer['cursor'], 'cursor', (v, f) => textOf(v, f, 4096))
    const total = wholeOf(answer['total'], 'total')
    if (cursor === undefined || page.length === 0 || standings.length >= MAX_STANDINGS) return { standings, total }
    query.set('cursor', cursor)
  }
}

function parseStanding(value: unknown, field: string): Standing {
  const row = fieldsOf(value, field)
  const place = maybe(row['place'], field, textOf)
  const holder = maybe(row['holder'], field, textOf)
  const milli = maybe(row['milli'], field, (v, f) => wholeOf(v, f, Number.MIN_SAFE_INTEGER))
  const uom = maybe(row['uom'], field, (v, f) => textOf(v, f, 16))
  return {
    state: oneOf(row['state'], field, STATES),
    ...(place !== undefined && { place }),
    ...(holder !== undefined && { holder }),
    ...(milli !== undefined && { milli }),
    ...(uom !== undefined && { uom }),
    things: maybe(row['things'], field, (v, f) => wholeOf(v, f)) ?? 0,
  }
}
