import type { Quantity } from '../../own/answer.ts'
import type { Standing, Trace, TraceLink, TraceNode } from './trace.ts'

// From a trace to what is drawn of it: goods, what was made of them, what they lay in, and the places that they went to, as one stream downwards.

export interface PictureNode {
  id: string
  kind: string
  depth: number
  /** Where it was made, or what was made there. */
  place?: string
  step?: string
  /** What was made of it, or what came to the place; the largest amount that one link tells. */
  quantity?: Quantity
  /** At a place, or in a process that several records tell: more went out than came in, by so much. */
  missing?: Quantity
  /** Set by whoever draws: this node stands for these. */
  members?: string[]
}

export interface PictureEdge {
  from: string
  to: string
  quantity?: Quantity
}

export interface Picture {
  subject: string
  nodes: PictureNode[]
  edges: PictureEdge[]
}

const isPlace = (kind: string | undefined): boolean => kind === 'place' || kind === 'asset'
/** What can be at one place only. A lot can be at many, and nobody tells in which order. */
const isUnique = (kind: string): boolean => kind === 'item' || kind === 'unit' || kind === 'asset'

/** The stream of a trace, its nodes in the order of the answer. Circles stay what they are. */
export function pictureOf(trace: Trace, standings: readonly Standing[] = []): Picture {
  const kinds = new Map(trace.nodes.map(({ id, kind }) => [id, kind]))
  const edges = new Edges()
  const stops = new Map<string, TraceLink[]>()
  const places = new Map<string, string>()
  const steps = new Map<string, string>()
  const made = new Map<string, Quantity>()
  const used = new Map<string, Set<string>>()
  const processes = new Map<string, string[]>()
  const processesOf = new Map<string, string[]>()
  for (const link of trace.links) {
    const { kind, from, to, quantity, step } = link
    const [whole, part] = kind === 'lot' ? [to, from] : [from, to]
    if (
      kind === 'at' ||
      kind === 'unpacked' ||
      ((kind === 'contained' || kind === 'fixed') && isPlace(kinds.get(to)))
    ) {
      if (from !== to) push(stops, from, link)
      continue
    }
    if (kind === 'held') continue
    edges.add(whole, part, quantity)
    if (kind === 'input' || kind === 'output') {
      const [goods, process] = kind === 'input' ? [from, to] : [to, from]
      if (step !== undefined) steps.set(process, step)
      // What went in says where it was done, and is not drawn as having gone there.
      const events = used.get(goods) ?? new Set()
      used.set(goods, events.add(link.proof.eventID).add(link.time ?? ''))
      push(processes, goods, process)
    }
    if (kind === 'output') {
      larger(made, part, quantity)
      push(processesOf, to, from)
    }
  }
  const came = new Map<string, Quantity>()
  for (const { id, kind } of trace.nodes) {
    const way = wayOf(stops.get(id) ?? [])
    const done = way.filter(({ proof, time }) => used.get(id)?.has(proof.eventID) || used.get(id)?.has(time ?? '-'))
    if (done[0] !== undefined)
      for (const process of processes.get(id) ?? []) if (!places.has(process)) places.set(process, done[0].to)
    const went = way.filter((stop) => !done.includes(stop))
    const home = went[0]
    // A place is where it is.
    const own = isPlace(kind) ? id : (makerPlace(processesOf.get(id), places) ?? home?.to)
    if (own !== undefined && !places.has(id)) places.set(id, own)
    let last = id
    for (const stop of went) {
      larger(came, stop.to, stop.quantity)
      if (stop.to === own && last === id) continue
      edges.add(last, stop.to, stop.quantity)
      if (isUnique(kind)) last = stop.to
    }
  }
  const standing = standingsAt(standings)
  const nodes = trace.nodes.map((node) => withFacts(node, { places, steps, made, came, standing }))
  const drawn = withoutRepeats(nodes, edges.all(), trace)
  return { subject: trace.subject, edges: drawn.edges, nodes: withDepths(trace.subject, drawn) }
}

/** Steps along the stream from the subject, below zero against it: a walk back also meets what goods lay in later, which is no way back. */
function withDepths(
  subject: string,
  { nodes, edges }: { nodes: readonly PictureNode[]; edges: readonly PictureEdge[] },
): PictureNode[] {
  const depths = new Map([[subject, 0]])
  for (const sign of [1, -1]) {
    const next = new Map<string, string[]>()
    for (const { from, to } of edges) push(next, sign > 0 ? from : to, sign > 0 ? to : from)
    const queue = [subject]
    for (const id of queue) {
      for (const far of next.get(id) ?? []) {
        if (depths.has(far)) continue
        depths.set(far, depths.get(id)! + sign)
        queue.push(far)
      }
    }
  }
  return nodes.map((node) => ({ ...node, depth: depths.get(node.id) ?? node.depth }))
}

/** Stops in the order of their times, each place once, as it was first reached; what has no time comes last. */
function wayOf(links: readonly TraceLink[]): TraceLink[] {
  const sorted = links
    .map((link, i) => ({ link, i }))
    .sort((a, b) => (a.link.time ?? '~').localeCompare(b.link.time ?? '~') || a.i - b.i)
  const seen = new Set<string>()
  return sorted.map(({ link }) => link).filter(({ to }) => !seen.has(to) && seen.add(to))
}

/** Where the step was done that something came out of. */
function makerPlace(processes: readonly string[] | undefined, places: ReadonlyMap<string, string>): string | undefined {
  return processes?.map((one) => places.get(one)).find((place) => place !== undefined)
}

interface Facts {
  places: ReadonlyMap<string, string>
  steps: ReadonlyMap<string, string>
  made: ReadonlyMap<string, Quantity>
  came: ReadonlyMap<string, Quantity>
  standing: ReadonlyMap<string, { there?: Quantity; missing?: Quantity }>
}

function withFacts({ id, kind, depth, run }: TraceNode, facts: Facts): PictureNode {
  const place = facts.places.get(id)
  const step = facts.steps.get(id)
  const { there, missing = gained(run) } = facts.standing.get(id) ?? {}
  const quantity = facts.made.get(id) ?? facts.came.get(id) ?? there ?? run?.out
  return {
    ...{ id, kind, depth },
    ...(place !== undefined && place !== id && { place }),
    ...(step !== undefined && { step }),
    ...(quantity !== undefined && { quantity }),
    ...(missing !== undefined && { missing }),
  }
}

/** What came out of a process and never went in. */
function gained(run: TraceNode['run']): Quantity | undefined {
  return run?.gain === true && run.in !== undefined && run.out !== undefined
    ? { ...run.out, milli: run.out.milli - run.in.milli }
    : undefined
}

/** By place: what is there of the subject, and what is missing. Of several units of measure the first. */
function standingsAt(standings: readonly Standing[]): Map<string, { there?: Quantity; missing?: Quantity }> {
  const found = new Map<string, { there?: Quantity; missing?: Quantity }>()
  for (const { state, place, milli = 0, uom } of standings) {
    if (place === undefined || milli === 0 || (state !== 'there' && state !== 'unaccounted')) continue
    const name = state === 'there' ? 'there' : 'missing'
    const here = found.get(place) ?? {}
    const before = here[name]
    if (before !== undefined && before.uom !== uom) continue
    // What is missing is told below zero.
    const sum = (before?.milli ?? 0) + Math.abs(milli)
    found.set(place, { ...here, [name]: { milli: sum, ...(uom !== undefined && { uom }) } })
  }
  return found
}

/**
 * Without places that only say where something was made, which its own words say, and without the way of goods that their box went:
 * what was unpacked at the place where its box was is led there by the box.
 */
function withoutRepeats(
  nodes: readonly PictureNode[],
  edges: readonly PictureEdge[],
  trace: Trace,
): { nodes: PictureNode[]; edges: PictureEdge[] } {
  const kinds = new Map(nodes.map(({ id, kind }) => [id, kind]))
  const boxes = new Map<string, Set<string>>()
  for (const { kind, from, to } of trace.links) {
    if (kind === 'contained' && kinds.get(to) === 'unit') boxes.set(from, (boxes.get(from) ?? new Set()).add(to))
  }
  const visits = new Set(trace.links.filter(({ kind }) => kind === 'at').map(({ from, to }) => `${from} ${to}`))
  const kept = edges.filter(({ from, to }) => {
    const inBoxes = boxes.get(from)
    if (inBoxes === undefined || kinds.get(to) !== 'place') return true
    return ![...inBoxes].some((box) => visits.has(`${box} ${to}`))
  })
  const joined = new Set(kept.flatMap(({ from, to }) => [from, to]))
  const named = new Set(nodes.map(({ place }) => place))
  const isShown = ({ id, kind }: PictureNode): boolean =>
    id === trace.subject || joined.has(id) || !isPlace(kind) || !named.has(id)
  return { nodes: nodes.filter(isShown), edges: kept }
}

/** Edges, each once, with the largest amount that was told of it. */
class Edges {
  readonly #edges = new Map<string, PictureEdge>()

  add(from: string, to: string, quantity?: Quantity): void {
    if (from === to) return
    const key = `${from} ${to}`
    const before = this.#edges.get(key)
    const amount = isMore(quantity, before?.quantity) ? quantity : before?.quantity
    this.#edges.set(key, { from, to, ...(amount !== undefined && { quantity: amount }) })
  }

  all(): PictureEdge[] {
    return [...this.#edges.values()]
  }
}

function isMore(a: Quantity | undefined, b: Quantity | undefined): boolean {
  return a !== undefined && (b === undefined || (a.uom === b.uom && a.milli > b.milli))
}

function larger(into: Map<string, Quantity>, id: string, quantity: Quantity | undefined): void {
  if (quantity !== undefined && isMore(quantity, into.get(id))) into.set(id, quantity)
}

/** Adds to the list under a key. */
export function push<T>(into: Map<string, T[]>, key: string, value: T): void {
  const list = into.get(key)
  if (list === undefined) into.set(key, [value])
  else list.push(value)
}
