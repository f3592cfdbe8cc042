import type { View } from './containment.ts'
import { MAX_DEPTH, MAX_NODES } from './query.ts'
import { type LinkView, linkView } from './trace-answer.ts'
import { type Cut, Walk } from './walk.ts'

/** What may be behind several complaints. */
export interface Candidate {
  subject: string
  kind: string
  /** Which of the subjects asked about lead back to it, by number. */
  legs: number[]
  /** Steps to it, over all of its legs. */
  distance: number
  /** How many links it has at all: of two that explain as much, the one with fewer says more. */
  spread: number
  /** For each leg one way to it, each link proved. Links tell their nodes by their names. */
  ways: { leg: number; links: NamedLink[] }[]
}

export type NamedLink = Omit<LinkView, 'from' | 'to'> & { from: string; to: string }

export interface Convergence {
  ranked: Ranked[]
  legs: (Walk | undefined)[]
  cuts: Set<Cut>
}

interface Ranked {
  node: number
  legs: number[]
  distance: number
  spread: number
}

const CANDIDATES = new Set(['unit', 'item', 'lot', 'product', 'asset', 'place', 'other'])

/**
 * Everything behind the subjects, those first that explain most of them. Nothing must explain all: where a link is missing, a candidate
 * explains a leg less. A subject that no event names explains nothing.
 */
export function* converge(view: View, subjects: readonly (number | undefined)[]): Generator<undefined, Convergence> {
  const found = new Map<number, Ranked>()
  const cuts = new Set<Cut>()
  const legs: (Walk | undefined)[] = []
  for (const [leg, subject] of subjects.entries()) {
    if (subject === undefined) {
      legs.push(undefined)
      continue
    }
    const walk = new Walk(view, {
      directions: ['back'],
      depth: MAX_DEPTH,
      from: Number.NEGATIVE_INFINITY,
      to: Number.POSITIVE_INFINITY,
      maxNodes: Math.floor(MAX_NODES / 5),
    })
    yield* walk.run(subject)
    legs.push(walk)
    for (const cut of walk.cuts) cuts.add(cut)
    walk.nodes.forEach((node, n) => {
      if (node < 0 || !CANDIDATES.has(view.graph.names.kind(node))) return
      const known = found.get(node)
      if (known === undefined) found.set(node, { node, legs: [leg], distance: walk.depths[n]!, spread: 0 })
      else {
        known.legs.push(leg)
        known.distance += walk.depths[n]!
      }
    })
    yield undefined
  }
  const ranked = [...found.values()].filter((one) => subjects.length === 1 || one.legs.length > 1)
  for (const one of ranked) one.spread = view.graph.spread(one.node, view.upTo)
  ranked.sort(
    (a, b) => b.legs.length - a.legs.length || a.spread - b.spread || a.distance - b.distance || a.node - b.node,
  )
  return { ranked, legs, cuts }
}

export function candidateOf(view: View, { ranked, legs }: Convergence, i: number): Candidate {
  const { node, legs: explained, distance, spread } = ranked[i]!
  const { names } = view.graph
  const ways = explained.map((leg) => ({ leg, links: wayTo(view, legs[leg]!, node) }))
  return { subject: names.text(node), kind: names.kind(node), legs: explained, distance, spread, ways }
}

/** The way by which a walk came to a node, from its subject on. */
function wayTo(view: View, walk: Walk, node: number): NamedLink[] {
  const { graph } = view
  const name = (n: number): string => {
    const one = walk.nodes[n]!
    return one < 0 ? graph.eventID(-1 - one) : graph.names.text(one)
  }
  const links: NamedLink[] = []
  for (let n = walk.numberOf(node) ?? 0; ; ) {
    const found = walk.link(walk.via[n] ?? -1)
    if (found === undefined) break
    links.push({ ...linkView(view, found), from: name(found.from), to: name(found.to) })
    n = found.from === n ? found.to : found.from
  }
  return links.reverse()
}
