import { canonicalJson, type EpcisEvent, type Json, linksOf, utf8 } from '@tristamp/protocol'
import { uuidBytes } from '../contents.ts'
import { contentDigest } from './builder.ts'
import { TraceEngine } from './engine.ts'
import { TraceGraph } from './graph.ts'
import { PAGE, type TraceQuery } from './query.ts'
import type { Element, LinkView, NodeView } from './trace-answer.ts'

/** An event, and who signed it. */
export interface Told {
  event: EpcisEvent
  org?: string
  gateway?: string
}

/** Takes events in as a ledger's thread does, one for each entry. */
export function take(graph: TraceGraph, told: readonly Told[], from = 0): void {
  told.forEach(({ event, org = 'org', gateway = 'gate' }, i) => {
    const { errorDeclaration, ...content } = event
    graph.add({
      entry: from + i,
      position: 0,
      org,
      gateway,
      id: uuidBytes(event.eventID!),
      content: contentDigest(org, gateway, utf8(canonicalJson(content as unknown as Json))),
      links: errorDeclaration === undefined ? linksOf(event) : undefined,
    })
  })
}

export function graphOf(told: readonly Told[]): TraceGraph {
  // So that the few links of a test are many.
  const graph = new TraceGraph(2)
  take(graph, told)
  return graph
}

export interface TraceAnswer {
  treeSize: number
  total: { nodes: number; links: number }
  nodes: NodeView[]
  links: LinkView[]
  incomplete?: string[]
  cursor?: string
}

export function ask<T = TraceAnswer>(graph: TraceGraph, query: TraceQuery, size = Number.MAX_SAFE_INTEGER): Promise<T> {
  return new TraceEngine(graph, new Map()).ask(query, size) as Promise<T>
}

/** A question without bounds. */
export function trace(subject: string, ...directions: ('back' | 'forward')[]): TraceQuery {
  return {
    ask: 'trace',
    subject,
    directions,
    depth: 64,
    from: Number.NEGATIVE_INFINITY,
    to: Number.POSITIVE_INFINITY,
    limit: PAGE,
  }
}

export type { Element }

/** Names of the nodes of some kinds, but for the one that was asked for. */
export function names({ nodes }: TraceAnswer, ...kinds: string[]): string[] {
  return sorted(nodes.filter(({ n, kind }) => n > 0 && kinds.includes(kind)).map(({ id }) => id))
}

/** Each once, in the order of code units. */
export function sorted(texts: readonly string[]): string[] {
  return [...new Set(texts)].sort((a, b) => (a < b ? -1 : 1))
}
