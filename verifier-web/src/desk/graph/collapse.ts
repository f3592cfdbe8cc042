import type { Quantity } from '../../own/answer.ts'
import { type Picture, type PictureEdge, type PictureNode, push } from './picture.ts'

/** Nodes that a picture has at most: beyond that no order makes it readable. */
export const MAX_DRAWN = 150
/** Of so many that stand alike only the largest are drawn, the rest as one. */
const ALIKE = 4

/**
 * What is drawn of a picture: leaves that hang alike as one node ("another 21"), and where there is still too much, all of one kind at one
 * place in one depth as one. Nodes in `opened` are taken apart, as far as there is room. The subject stays itself.
 * @returns a picture in which a node with `members` stands for those
 */
export function collapse(picture: Picture, opened: ReadonlySet<string> = new Set(), most: number = MAX_DRAWN): Picture {
  const folded = fold(picture, alike(picture), opened, most, ALIKE)
  if (folded.nodes.length <= most) return folded
  const byPlace = fold(picture, (n) => `${n.depth} ${n.kind} ${n.place ?? ''}`, opened, most, 0)
  if (byPlace.nodes.length <= most) return byPlace
  const byDepth = fold(picture, ({ depth, kind }) => `${depth} ${kind}`, new Set(), most, 0)
  if (byDepth.nodes.length <= most) return byDepth
  return fold(picture, ({ depth, kind }) => `${Math.sign(depth)} ${kind}`, new Set(), most, 0)
}

/** By what a leaf hangs on: leaves of one parent below, and of one child above. What leads on stands for itself. */
function alike({ nodes, edges }: Picture): (node: PictureNode) => string {
  const [into, out] = [new Map<string, string[]>(), new Map<string, string[]>()]
  for (const { from, to } of edges) {
    push(into, to, from)
    push(out, from, to)
  }
  const keys = new Map<string, string>()
  for (const { id, kind } of nodes) {
    const [above, below] = [into.get(id) ?? [], out.get(id) ?? []]
    // A few neighbours name a place in the picture; leaves of many are rare, and stand alone.
    const near = [...above, '|', ...below]
    const isLeaf = above.length === 0 || below.length === 0
    keys.set(id, isLeaf && near.length > 1 && near.length <= 9 ? `${kind} ${near.join(' ')}` : id)
  }
  return ({ id }) => keys.get(id) ?? id
}

function fold(
  picture: Picture,
  keyOf: (node: PictureNode) => string,
  opened: ReadonlySet<string>,
  most: number,
  kept: number,
): Picture {
  const groups = new Map<string, PictureNode[]>()
  for (const node of picture.nodes) {
    const key = node.id === picture.subject ? node.id : keyOf(node)
    const group = groups.get(key)
    if (group === undefined) groups.set(key, [node])
    else group.push(node)
  }
  const few = Math.max(1, kept)
  /** Drawn of a group that is not opened: all of it, or the largest and one for the rest. */
  const drawnOf = (size: number): number => (size <= few ? size : few)
  let room = most
  for (const group of groups.values()) room -= drawnOf(group.length)
  const groupOf = new Map<string, string>()
  const nodes: PictureNode[] = []
  for (const [key, group] of groups) {
    const id = `group:${key}`
    const size = group.length
    const spare = opened.has(id) ? Math.max(0, Math.min(room, size - drawnOf(size))) : 0
    room -= spare
    const drawn = size <= few ? size : drawnOf(size) - 1 + (spare === size - drawnOf(size) ? spare + 1 : spare)
    const ranked = size === drawn ? group : [...group].sort(byWeight)
    const alone = new Set(ranked.slice(0, drawn))
    // In the order of the answer, whatever was chosen.
    nodes.push(...group.filter((node) => alone.has(node)))
    const rest = group.filter((node) => !alone.has(node))
    if (rest.length === 0) continue
    if (rest.length === 1) {
      nodes.push(rest[0]!)
      continue
    }
    for (const node of rest) groupOf.set(node.id, id)
    nodes.push(groupNode(id, rest))
  }
  return { subject: picture.subject, nodes, edges: folded(picture.edges, groupOf) }
}

/** What does not add up first, then the largest amounts. */
function byWeight(a: PictureNode, b: PictureNode): number {
  const weight = ({ missing, quantity }: PictureNode): number =>
    (missing === undefined ? 0 : 1e15) + (quantity?.milli ?? 0)
  return weight(b) - weight(a)
}

function groupNode(id: string, members: readonly PictureNode[]): PictureNode {
  const first = members[0]!
  const place = members.every((one) => one.place === first.place) ? first.place : undefined
  const quantity = sumOf(members.map((one) => one.quantity))
  const missing = sumOf(members.map((one) => one.missing).filter((one) => one !== undefined))
  return {
    ...{ id, kind: first.kind, depth: first.depth, members: members.map((one) => one.id) },
    ...(place !== undefined && { place }),
    ...(quantity !== undefined && { quantity }),
    ...(missing !== undefined && { missing }),
  }
}

/** What adds up: one unit of measure, and nothing that is not told. */
function sumOf(quantities: readonly (Quantity | undefined)[]): Quantity | undefined {
  const first = quantities[0]
  if (first === undefined || quantities.some((one) => one === undefined || one.uom !== first.uom)) return undefined
  return { ...first, milli: quantities.reduce((sum, one) => sum + one!.milli, 0) }
}

function folded(edges: readonly PictureEdge[], groupOf: ReadonlyMap<string, string>): PictureEdge[] {
  const merged = new Map<string, PictureEdge>()
  for (const { from, to, quantity } of edges) {
    const [a, b] = [groupOf.get(from) ?? from, groupOf.get(to) ?? to]
    if (a === b) continue
    const before = merged.get(`${a} ${b}`)
    const sum = before === undefined ? quantity : sumOf([before.quantity, quantity])
    merged.set(`${a} ${b}`, { from: a, to: b, ...(sum !== undefined && { quantity: sum }) })
  }
  return [...merged.values()]
}

/**
 * The line through the subject that carries most: at each step back and forward the edge with the largest amount, of equal ones the one that
 * leads furthest, and then the first. As `from to`.
 */
export function mainLine({ subject, edges }: Picture): Set<string> {
  const line = new Set<string>()
  for (const [near, far] of [
    ['to', 'from'],
    ['from', 'to'],
  ] as const) {
    const byEnd = new Map<string, PictureEdge[]>()
    for (const edge of edges) {
      const list = byEnd.get(edge[near])
      if (list === undefined) byEnd.set(edge[near], [edge])
      else list.push(edge)
    }
    const lengths = new Map<string, number>()
    const lengthOf = (id: string): number => {
      const known = lengths.get(id)
      if (known !== undefined) return known
      // Met again on its own way, it leads nowhere further.
      lengths.set(id, 0)
      const length = Math.max(0, ...(byEnd.get(id) ?? []).map((edge) => 1 + lengthOf(edge[far])))
      lengths.set(id, length)
      return length
    }
    const seen = new Set<string>()
    for (let at = subject; !seen.has(at); ) {
      seen.add(at)
      const [best] = [...(byEnd.get(at) ?? [])].sort(
        (a, b) => (b.quantity?.milli ?? -1) - (a.quantity?.milli ?? -1) || lengthOf(b[far]) - lengthOf(a[far]),
      )
      if (best === undefined) break
      line.add(`${best.from} ${best.to}`)
      at = best[far]
    }
  }
  return line
}
