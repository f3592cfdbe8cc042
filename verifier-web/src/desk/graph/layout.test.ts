import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { nearest } from './columns.ts'
import { type Arrow, type Box, type Layout, layOut } from './layout.ts'

const boxes = (count: number, width = 40): Box[] => Array.from({ length: count }, (_, n) => ({ id: `n${n}`, width }))
const arrows = (...pairs: [number, number][]): Arrow[] =>
  pairs.map(([from, to]) => ({ from: `n${from}`, to: `n${to}` }))

/** How often two lines cross between the same two rows, counted the long way round. */
function crossed({ arrows: placed }: Layout): number {
  const pieces = placed.flatMap(({ points }) =>
    points.slice(1).map((end, i) => {
      const start = points[i]!
      return start[1] < end[1] ? ([start, end] as const) : ([end, start] as const)
    }),
  )
  let count = 0
  for (const [i, [a, b]] of pieces.entries()) {
    for (const [c, d] of pieces.slice(i + 1)) {
      if (a[1] === c[1] && (a[0] - c[0]) * (b[0] - d[0]) < 0) count++
    }
  }
  return count
}

function assertNoOverlap({ boxes: placed }: Layout): void {
  for (const [i, a] of placed.entries()) {
    for (const b of placed.slice(i + 1)) {
      const apart = a.row !== b.row || a.x + a.width <= b.x || b.x + b.width <= a.x
      if (!apart) throw new Error(`${a.id} (${a.x}–${a.x + a.width}) lies on ${b.id} (${b.x}–${b.x + b.width})`)
    }
  }
}

const anyGraph = fc
  .record({
    widths: fc.array(fc.integer({ min: 10, max: 200 }), { maxLength: 60 }),
    pairs: fc.array(fc.tuple(fc.nat(59), fc.nat(59)), { maxLength: 120 }),
  })
  .map(({ widths, pairs }) => ({
    boxes: widths.map((width, n) => ({ id: `n${n}`, width })),
    pairs: pairs.filter(([a, b]) => a < widths.length && b < widths.length),
  }))

describe('layOut', () => {
  it('lays no box on another and cuts nothing off, whatever the graph', () => {
    fc.assert(
      fc.property(anyGraph, ({ boxes: given, pairs }) => {
        const layout = layOut(given, arrows(...pairs))
        assertNoOverlap(layout)
        expect(layout.boxes.map(({ id }) => id)).toEqual(given.map(({ id }) => id))
        for (const { x, y, width } of layout.boxes) {
          expect(Number.isInteger(x)).toBe(true)
          expect(x).toBeGreaterThanOrEqual(0)
          expect(x + width).toBeLessThanOrEqual(layout.width)
          expect(y).toBeLessThanOrEqual(layout.height)
        }
      }),
    )
  })

  it('points every arrow down where there are no circles', () => {
    fc.assert(
      fc.property(anyGraph, ({ boxes: given, pairs }) => {
        const layout = layOut(given, arrows(...pairs.map(([a, b]): [number, number] => (a < b ? [a, b] : [b, a]))))
        for (const { points, isBack } of layout.arrows) {
          expect(isBack).toBe(false)
          for (const [i, [, y]] of points.slice(1).entries()) expect(y).toBeGreaterThan(points[i]![1])
        }
      }),
    )
  })

  it('keeps each arrow once, from its mark to its mark, and turns no more of them than close circles', () => {
    fc.assert(
      fc.property(anyGraph, ({ boxes: given, pairs }) => {
        const layout = layOut(given, arrows(...pairs))
        const wanted = new Set(pairs.filter(([a, b]) => a !== b).map(([a, b]) => `n${a} n${b}`))
        expect(new Set(layout.arrows.map(({ from, to }) => `${from} ${to}`))).toEqual(wanted)
        expect(layout.arrows).toHaveLength(wanted.size)
        const at = new Map(layout.boxes.map(({ id, x, y }) => [id, [x, y]]))
        for (const { from, to, points, isBack } of layout.arrows) {
          expect([points[0], points.at(-1)]).toEqual([at.get(from), at.get(to)])
          expect(points.at(-1)![1] > points[0]![1]).toBe(!isBack)
        }
      }),
    )
  })

  it('says the same of the same graph', () => {
    fc.assert(
      fc.property(anyGraph, ({ boxes: given, pairs }) => {
        expect(layOut(given, arrows(...pairs))).toEqual(layOut(given, arrows(...pairs)))
      }),
      { numRuns: 30 },
    )
  })

  it('draws trees without a crossing', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(), { minLength: 1, maxLength: 60 }), (parents) => {
        const pairs = parents.map((parent, i): [number, number] => [parent % (i + 1), i + 1])
        expect(crossed(layOut(boxes(parents.length + 1), arrows(...pairs)))).toBe(0)
      }),
    )
  })

  it('finds the few crossings that known graphs need', () => {
    const ladder: [number, number][] = []
    for (let i = 0; i < 10; i++) ladder.push([2 * i, 2 * i + 2], [2 * i + 1, 2 * i + 3])
    expect(crossed(layOut(boxes(22), arrows(...ladder)))).toBe(0)
    // Two that both lead to the same two cross once, three to three nine times: there is no better order.
    expect(crossed(layOut(boxes(4), arrows([0, 2], [0, 3], [1, 2], [1, 3])))).toBe(1)
    const full = [0, 1, 2].flatMap((a) => [3, 4, 5].map((b): [number, number] => [a, b]))
    expect(crossed(layOut(boxes(6), arrows(...full)))).toBe(9)
    // Given the wrong way round, and still disentangled.
    const twisted = [0, 1, 2, 3, 4].map((n): [number, number] => [n, 9 - n])
    expect(crossed(layOut(boxes(10), arrows(...twisted)))).toBe(0)
    // Split and joined again: a harvest through four mills to one shop.
    const diamond = [1, 2, 3, 4].flatMap((n): [number, number][] => [
      [0, n],
      [n, 5],
    ])
    expect(crossed(layOut(boxes(6), arrows(...diamond)))).toBe(0)
  })

  it('turns back the arrow that closes a circle, from what nothing leads to on', () => {
    const layout = layOut(boxes(4), arrows([1, 2], [2, 3], [3, 1], [0, 1]))
    expect(layout.arrows.filter(({ isBack }) => isBack)).toMatchObject([{ from: 'n3', to: 'n1' }])
    expect(layout.boxes.map(({ row }) => row)).toEqual([0, 1, 2, 3])
  })

  it('draws a chain straight down', () => {
    const chain = Array.from({ length: 63 }, (_, n): [number, number] => [n, n + 1])
    const layout = layOut(boxes(64), arrows(...chain))
    expect(new Set(layout.boxes.map(({ x }) => x)).size).toBe(1)
  })

  it('leaves out arrows to nowhere, to themselves and twice, and lays out nothing at all', () => {
    expect(layOut([], [])).toEqual({ width: 0, height: 0, boxes: [], arrows: [] })
    const layout = layOut(boxes(2), [...arrows([0, 0], [0, 1], [0, 1]), { from: 'n0', to: 'elsewhere' }])
    expect(layout.arrows).toHaveLength(1)
  })
})

describe('nearest', () => {
  it('keeps room between neighbours, and moves nobody who has it', () => {
    fc.assert(
      fc.property(
        fc.array(
          fc.record({
            want: fc.integer({ min: -500, max: 500 }),
            room: fc.nat(80),
            weight: fc.integer({ min: 1, max: 9 }),
          }),
          { minLength: 1, maxLength: 40 },
        ),
        (given) => {
          const [want, room] = [given.map((g) => g.want), given.map((g) => g.room)]
          const x = nearest(
            want,
            room,
            given.map((g) => g.weight),
          )
          for (let i = 1; i < x.length; i++) expect(x[i]! - x[i - 1]!).toBeGreaterThanOrEqual(room[i - 1]!)
          const fits = want.every((w, i) => i === 0 || w - want[i - 1]! >= room[i - 1]!)
          if (fits) expect(x).toEqual(want)
        },
      ),
    )
  })

  it('shares what is missing by weight', () => {
    expect(nearest([0, 0], [10, 10], [1, 1])).toEqual([-5, 5])
    expect(nearest([0, 0], [10, 10], [9, 1])).toEqual([-1, 9])
  })
})
