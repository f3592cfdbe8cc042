import type { View } from './containment.ts'
import { isoTime, type Proof, proofOf, type Quantity, quantityOf } from './proof.ts'
import { type RunView, runOf } from './run.ts'
import type { Found, Walk, WalkLink } from './walk.ts'

/** A node of an answer; `n` is its number in all pages of the answer. */
export interface NodeView {
  n: number
  /** A URI, or the eventID of a transformation. */
  id: string
  kind: string
  /** Steps from what was asked for. */
  depth: number
  /** Of a transformation that several records tell. */
  run?: RunView
}

export interface LinkView {
  kind: WalkLink
  /** Numbers of nodes. */
  from: number
  to: number
  time?: string
  /** When what began at `time` ended. */
  until?: string
  step?: string
  quantity?: Quantity
  proof: Proof
  /** What says that it ended. */
  end?: Proof
}

/** One element of an answer, of which pages are cut: a node, or a link whose nodes stand before it. */
export type Element = { node: NodeView } | { link: LinkView }

/** The order of all elements of a walk: node i is i, link l is -1 - l. */
export function elementsOf(walk: Walk): Int32Array {
  const [nodes, links] = [walk.nodes.length, walk.linkCount]
  const starts = new Int32Array(nodes + 1)
  for (let l = 0; l < links; l++) starts[walk.laterNode(l) + 1]!++
  for (let i = 0; i < nodes; i++) starts[i + 1]! += starts[i]! + 1
  const elements = new Int32Array(nodes + links)
  for (let i = 0; i < nodes; i++) elements[starts[i]!++] = i
  for (let l = 0; l < links; l++) elements[starts[walk.laterNode(l)]!++] = -1 - l
  return elements
}

export function nodeView(view: View, walk: Walk, n: number): NodeView {
  const { graph } = view
  const node = walk.nodes[n]!
  const depth = walk.depths[n]!
  if (node < 0) return { n, id: graph.eventID(-1 - node), kind: 'transformation', depth }
  const kind = graph.names.kind(node)
  const run = kind === 'transformation' ? runOf(view, node) : undefined
  return { n, id: graph.names.text(node), kind, depth, ...(run !== undefined && { run }) }
}

export function linkView({ graph }: View, { kind, from, to, proof, amount, end }: Found): LinkView {
  // A stay of which nothing tells the beginning is proved by its end.
  const ends = (kind === 'contained' || kind === 'fixed') && amount === -1
  const time = isoTime(graph.time(proof))
  const until = ends ? time : end === -1 ? undefined : isoTime(graph.time(end))
  const step = graph.step(proof)
  const quantity = amount === -1 ? undefined : quantityOf(graph, amount)
  return {
    kind,
    from,
    to,
    ...(time !== undefined && !ends && { time }),
    ...(until !== undefined && { until }),
    ...(step !== '' && { step }),
    ...(quantity !== undefined && { quantity }),
    proof: proofOf(graph, proof),
    ...(end !== -1 && { end: proofOf(graph, end) }),
  }
}
