import type { Slot } from './layout.ts'

/** Sweeps down and up; more gain nothing on graphs of a page's size. */
const SWEEPS = 12

/** Puts the slots of each row in an order with few crossings: barycentres, then neighbours that are better exchanged. The best that was met. */
export function orderRows(layers: readonly (readonly number[])[], slots: readonly Slot[]): number[][] {
  let rows = startingOrder(layers, slots)
  let [best, fewest] = [rows, crossings(rows, slots)]
  for (let sweep = 0; sweep < SWEEPS && fewest > 0; sweep++) {
    rows = rows.map((row) => [...row])
    const isDown = sweep % 2 === 0
    const positions = positionsOf(rows, slots.length)
    for (let i = 1; i < rows.length; i++) {
      const r = isDown ? i : rows.length - 1 - i
      sortRow(rows[r]!, positions, (slot) => (isDown ? slots[slot]!.above : slots[slot]!.below))
    }
    exchange(rows, slots, positions)
    const count = crossings(rows, slots)
    if (count < fewest) [best, fewest] = [rows, count]
  }
  return best
}

/** As a walk from the top meets them: what hangs together stands together from the beginning, so a tree has no crossing. */
function startingOrder(layers: readonly (readonly number[])[], slots: readonly Slot[]): number[][] {
  const row = new Int32Array(slots.length)
  for (const [r, layer] of layers.entries()) for (const slot of layer) row[slot] = r
  const rows: number[][] = layers.map(() => [])
  const seen = new Uint8Array(slots.length)
  for (const start of layers.flat()) {
    if (seen[start] === 1) continue
    const stack = [start]
    while (stack.length > 0) {
      const slot = stack.pop()!
      if (seen[slot] === 1) continue
      seen[slot] = 1
      rows[row[slot]!]!.push(slot)
      for (const next of [...slots[slot]!.below].reverse()) if (seen[next] === 0) stack.push(next)
    }
  }
  return rows
}

function positionsOf(rows: readonly (readonly number[])[], count: number): Int32Array {
  const positions = new Int32Array(count)
  for (const row of rows) for (const [i, slot] of row.entries()) positions[slot] = i
  return positions
}

/** By the mean of the neighbours; whoever has none keeps its place, equal ones their order. */
function sortRow(row: number[], positions: Int32Array, neighbours: (slot: number) => number[]): void {
  const keys = new Map<number, number>()
  for (const [i, slot] of row.entries()) {
    const near = neighbours(slot)
    keys.set(slot, near.length === 0 ? i : near.reduce((sum, n) => sum + positions[n]!, 0) / near.length)
  }
  row.sort((a, b) => keys.get(a)! - keys.get(b)! || positions[a]! - positions[b]!)
  for (const [i, slot] of row.entries()) positions[slot] = i
}

function exchange(rows: number[][], slots: readonly Slot[], positions: Int32Array): void {
  for (const row of rows) {
    for (let i = 1; i < row.length; i++) {
      const [a, b] = [row[i - 1]!, row[i]!]
      const asIs = pairCrossings(a, b, slots, positions)
      if (asIs === 0 || pairCrossings(b, a, slots, positions) >= asIs) continue
      row[i - 1] = b
      row[i] = a
      positions[b] = i - 1
      positions[a] = i
    }
  }
}

/** Crossings of the lines of two neighbours, with `a` left of `b`. */
function pairCrossings(a: number, b: number, slots: readonly Slot[], positions: Int32Array): number {
  let count = 0
  for (const side of ['above', 'below'] as const) {
    for (const m of slots[a]![side]) for (const n of slots[b]![side]) if (positions[m]! > positions[n]!) count++
  }
  return count
}

/** How often lines cross between neighbouring rows. */
export function crossings(rows: readonly (readonly number[])[], slots: readonly Slot[]): number {
  const positions = positionsOf(rows, slots.length)
  let count = 0
  for (const [r, row] of rows.entries()) {
    const width = rows[r + 1]?.length ?? 0
    // How many lines end at each position or left of it, of those that were seen: a Fenwick tree.
    const tree = new Int32Array(width + 1)
    let lines = 0
    for (const slot of row) {
      const ends = slots[slot]!.below.map((to) => positions[to]!)
      for (const end of ends) {
        let atMost = 0
        for (let i = end + 1; i > 0; i -= i & -i) atMost += tree[i]!
        count += lines - atMost
      }
      for (const end of ends) for (let i = end + 1; i <= width; i += i & -i) tree[i]!++
      lines += ends.length
    }
  }
  return count
}
