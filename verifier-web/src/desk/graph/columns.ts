import type { Slot } from './layout.ts'

/** Sweeps up and down in which boxes move towards what they are joined with. */
const SWEEPS = 10

/** The left edge of each slot, whole pixels from 0: near its neighbours above and below, never nearer than `gap` to the next in its row. */
export function columnsOf(rows: readonly (readonly number[])[], slots: readonly Slot[], gap: number): number[] {
  const x = new Array<number>(slots.length).fill(0)
  for (const row of rows) {
    let edge = 0
    for (const slot of row) {
      x[slot] = edge
      edge += slots[slot]!.width + gap
    }
  }
  for (let sweep = 0; sweep < SWEEPS; sweep++) {
    const isDown = sweep % 2 === 0
    for (const row of isDown ? rows : rows.toReversed()) {
      const wanted = row.map((slot) => {
        const { above, below } = slots[slot]!
        const near = isDown ? above : below
        return near.length === 0 ? x[slot]! : near.reduce((sum, n) => sum + x[n]!, 0) / near.length
      })
      const placed = nearest(
        wanted,
        row.map((slot) => slots[slot]!.width + gap),
        row.map((slot) => 1 + slots[slot]!.above.length + slots[slot]!.below.length),
      )
      for (const [i, slot] of row.entries()) x[slot] = placed[i]!
    }
  }
  const left = x.reduce((least, value) => Math.min(least, value), Number.POSITIVE_INFINITY)
  return x.map((value) => value - left)
}

/**
 * The positions nearest to those wanted (least squares, by weight) in which each stands at least its room before the next. With the rooms
 * taken off, that is a rising sequence: neighbours out of order are pooled at their mean (isotonic regression). `room` are whole numbers,
 * and so are the results.
 */
export function nearest(wanted: readonly number[], room: readonly number[], weight: readonly number[]): number[] {
  const offset: number[] = []
  let sum = 0
  for (const r of room) {
    offset.push(sum)
    sum += r
  }
  const pools: { mean: number; weight: number; count: number }[] = []
  for (const [i, want] of wanted.entries()) {
    let pool = { mean: want - offset[i]!, weight: weight[i]!, count: 1 }
    for (let last = pools.at(-1); last !== undefined && last.mean > pool.mean; last = pools.at(-1)) {
      const both = last.weight + pool.weight
      pool = {
        mean: (last.mean * last.weight + pool.mean * pool.weight) / both,
        weight: both,
        count: last.count + pool.count,
      }
      pools.pop()
    }
    pools.push(pool)
  }
  // Rounding keeps what rises rising.
  return pools
    .flatMap(({ mean, count }) => new Array<number>(count).fill(Math.round(mean)))
    .map((value, i) => value + offset[i]!)
}
