// A layered picture of a directed graph: from the top down, deterministic, in time that a page has (decision 0038).

import { columnsOf } from './columns.ts'
import { orderRows } from './order.ts'

/** What is to be placed: so wide with its words. */
export interface Box {
  id: string
  width: number
}

export interface Arrow {
  from: string
  to: string
}

export interface PlacedBox {
  id: string
  row: number
  /** The left edge; the mark is drawn there, the words right of it. */
  x: number
  y: number
  width: number
}

export interface PlacedArrow {
  from: string
  to: string
  /** From the mark of `from` to that of `to`, one point in each row between. */
  points: [number, number][]
  /** It closes a circle, so it points up. */
  isBack: boolean
}

export interface Layout {
  width: number
  height: number
  boxes: PlacedBox[]
  arrows: PlacedArrow[]
}

/** Pixels between rows, between neighbours in a row, and what a line needs that passes a row. */
const ROW = 72
const GAP = 20
const LINE = 14

/** A place in a row: a box, or a line on its way (`box` -1). */
export interface Slot {
  box: number
  width: number
  /** Slots of the row above and of the row below. */
  above: number[]
  below: number[]
}

/** Arrows to what is not there, from a box to itself, and repeated ones are not drawn. */
export function layOut(boxes: readonly Box[], arrows: readonly Arrow[]): Layout {
  const numbers = new Map(boxes.map(({ id }, n) => [id, n]))
  const edges = distinct(arrows, numbers)
  const isBack = backEdges(boxes.length, edges)
  const down = edges.map(([from, to], e): [number, number] => (isBack[e] === true ? [to, from] : [from, to]))
  const rows = rowsOf(boxes.length, down)

  // Lines over several rows get a slot in each, so that nothing is drawn through a box.
  const slots: Slot[] = boxes.map(({ width }, box) => ({ box, width: Math.ceil(width), above: [], below: [] }))
  const slotRow = [...rows]
  const join = (above: number, below: number): void => {
    slots[above]!.below.push(below)
    slots[below]!.above.push(above)
  }
  const ways = down.map(([from, to]) => {
    const way = [from]
    for (let row = rows[from]! + 1; row < rows[to]!; row++) {
      way.push(slots.push({ box: -1, width: LINE, above: [], below: [] }) - 1)
      slotRow.push(row)
    }
    way.push(to)
    for (let i = 1; i < way.length; i++) join(way[i - 1]!, way[i]!)
    return way
  })
  const layers: number[][] = Array.from({ length: Math.max(-1, ...slotRow) + 1 }, () => [])
  for (const [slot, row] of slotRow.entries()) layers[row]!.push(slot)

  const ordered = orderRows(layers, slots)
  const x = columnsOf(ordered, slots, GAP)
  const at = (slot: number): [number, number] => [x[slot]!, slotRow[slot]! * ROW]
  return {
    width: Math.max(0, ...slots.map(({ width }, slot) => x[slot]! + width)),
    height: Math.max(0, layers.length - 1) * ROW,
    boxes: boxes.map(({ id, width }, n) => ({ id, width, row: rows[n]!, x: x[n]!, y: rows[n]! * ROW })),
    arrows: edges.map(([from, to], e) => {
      const points = ways[e]!.map(at)
      return {
        from: boxes[from]!.id,
        to: boxes[to]!.id,
        points: isBack[e] === true ? points.reverse() : points,
        isBack: isBack[e] === true,
      }
    }),
  }
}

function distinct(arrows: readonly Arrow[], numbers: ReadonlyMap<string, number>): [number, number][] {
  const seen = new Set<string>()
  const edges: [number, number][] = []
  for (const { from, to } of arrows) {
    const [f, t] = [numbers.get(from), numbers.get(to)]
    if (f === undefined || t === undefined || f === t || seen.has(`${f} ${t}`)) continue
    seen.add(`${f} ${t}`)
    edges.push([f, t])
  }
  return edges
}

/** The edges that close a circle, of a walk into the depth in the order given; without circles there are none. */
function backEdges(count: number, edges: readonly [number, number][]): boolean[] {
  const out: number[][] = Array.from({ length: count }, () => [])
  const into = new Array<number>(count).fill(0)
  for (const [e, [from, to]] of edges.entries()) {
    out[from]!.push(e)
    into[to]!++
  }
  const isBack = new Array<boolean>(edges.length).fill(false)
  // 0: not met, 1: on the way, 2: done
  const state = new Uint8Array(count)
  // From what nothing leads to first: a circle is then cut where goods come back.
  const starts = [...into.keys()].sort((a, b) => Number(into[a]! > 0) - Number(into[b]! > 0) || a - b)
  for (const start of starts) {
    if (state[start] !== 0) continue
    const path: [number, number][] = [[start, 0]]
    state[start] = 1
    for (let top = path.at(-1); top !== undefined; top = path.at(-1)) {
      const e = out[top[0]]![top[1]++]
      if (e === undefined) {
        state[top[0]] = 2
        path.pop()
        continue
      }
      const to = edges[e]![1]
      if (state[to] === 1) isBack[e] = true
      else if (state[to] === 0) {
        state[to] = 1
        path.push([to, 0])
      }
    }
  }
  return isBack
}

/** Longest path from the top; what nothing leads to stands right above the first that it leads to. */
function rowsOf(count: number, edges: readonly [number, number][]): number[] {
  const rows = new Array<number>(count).fill(0)
  const out: number[][] = Array.from({ length: count }, () => [])
  const left = new Array<number>(count).fill(0)
  for (const [from, to] of edges) {
    out[from]!.push(to)
    left[to]!++
  }
  const isSource = left.map((n) => n === 0)
  const ready = [...left.keys()].filter((n) => left[n] === 0)
  for (const n of ready) {
    for (const to of out[n]!) {
      rows[to] = Math.max(rows[to]!, rows[n]! + 1)
      if (--left[to]! === 0) ready.push(to)
    }
  }
  for (const [n, next] of out.entries()) {
    if (isSource[n] === true && next.length > 0) rows[n] = Math.min(...next.map((to) => rows[to]!)) - 1
  }
  return rows
}
