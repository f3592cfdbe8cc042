import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { collapse, MAX_DRAWN, mainLine } from './collapse.ts'
import { layOut } from './layout.ts'
import { pictureOf } from './picture.ts'
import type { Standing, Trace, TraceLink } from './trace.ts'

const trace = (
  subject: string,
  nodes: [string, string, number][],
  links: [string, string, string, object?][],
): Trace => ({
  subject,
  treeSize: 48,
  nodes: nodes.map(([id, kind, depth]) => ({ id, kind, depth })),
  links: links.map(([kind, from, to, more], i) => ({
    kind: kind as TraceLink['kind'],
    from,
    to,
    proof: { entry: i, position: 0, eventID: `urn:uuid:${i}` },
    ...more,
  })),
  unread: 0,
  incomplete: [],
})
const at = (hour: number): { time: string } => ({ time: `2026-11-20T${String(hour).padStart(2, '0')}:00:00.000Z` })
const edgesOf = (of: { edges: { from: string; to: string }[] }): string[] =>
  of.edges.map(({ from, to }) => `${from}→${to}`)

/** A pig, cut into packs, one of them in a case on a truck to a kitchen. */
const pork = (): Trace =>
  trace(
    'pack',
    [
      ['pack', 'item', 0],
      ['lot', 'lot', -1],
      ['cut', 'transformation', 0],
      ['pig', 'item', -1],
      ['farm', 'place', -2],
      ['plant', 'place', 1],
      ['case', 'unit', 1],
      ['truck', 'asset', 2],
      ['dock', 'place', 2],
      ['kitchen', 'place', 1],
    ],
    [
      ['lot', 'pack', 'lot', at(6)],
      ['output', 'cut', 'pack', { ...at(6), step: 'commissioning', quantity: { milli: 1000 } }],
      ['input', 'pig', 'cut', at(6)],
      ['at', 'pig', 'farm', at(1)],
      ['at', 'pig', 'plant', at(6)],
      ['at', 'pack', 'plant', at(7)],
      ['contained', 'pack', 'case', { ...at(7), until: at(20).time }],
      ['unpacked', 'pack', 'kitchen', at(20)],
      ['at', 'case', 'plant', at(8)],
      ['contained', 'case', 'truck', at(9)],
      ['at', 'case', 'dock', at(12)],
      ['at', 'case', 'kitchen', at(20)],
      ['at', 'truck', 'truck', at(12)],
    ],
  )

describe('pictureOf', () => {
  it('draws one stream from the farm to the kitchen', () => {
    const picture = pictureOf(pork())
    expect(edgesOf(picture)).toEqual([
      'lot→pack',
      'cut→pack',
      'pig→cut',
      'pack→case',
      'case→truck',
      'truck→dock',
      'dock→kitchen',
    ])
    const facts = Object.fromEntries(picture.nodes.map(({ id, place, quantity }) => [id, [place, quantity?.milli]]))
    expect(facts).toMatchObject({
      ...{ pig: ['farm', undefined], cut: ['plant', undefined], pack: ['plant', 1000], case: ['plant', undefined] },
    })
    // Where something was only made stands beside it, and is no stop of its own.
    expect(picture.nodes.map(({ id }) => id)).not.toContain('plant')
    expect(picture.nodes.map(({ id }) => id)).not.toContain('farm')
  })

  it('says of a lot where it went, and no order that nobody recorded', () => {
    const picture = pictureOf(
      trace(
        'lot',
        [
          ['lot', 'lot', 0],
          ...(['plant', 'a', 'b', 'c'] as const).map((id): [string, string, number] => [id, 'place', 1]),
        ],
        [
          ['at', 'lot', 'plant', at(6)],
          ['at', 'lot', 'b', { ...at(9), quantity: { milli: 96_000 } }],
          ['at', 'lot', 'a', at(8)],
          ['at', 'lot', 'c', at(10)],
        ],
      ),
      [
        { state: 'there', place: 'a', milli: 5000, things: 5 },
        { state: 'unaccounted', place: 'b', milli: -25_000, things: 0 },
      ] satisfies Standing[],
    )
    expect(edgesOf(picture)).toEqual(['lot→a', 'lot→b', 'lot→c'])
    expect(picture.nodes.find(({ id }) => id === 'b')).toMatchObject({
      quantity: { milli: 96_000 },
      missing: { milli: 25_000 },
    })
    expect(picture.nodes.find(({ id }) => id === 'a')).toMatchObject({ quantity: { milli: 5000 } })
  })

  it('keeps circles: returned goods lead back', () => {
    const picture = pictureOf(
      trace(
        'x',
        [
          ['x', 'item', 0],
          ['y', 'item', 0],
          ['p', 'place', 1],
          ['q', 'place', 1],
          ['o', 'place', 1],
        ],
        [
          ['at', 'x', 'o', at(0)],
          ['at', 'y', 'o', at(0)],
          ['at', 'x', 'p', at(1)],
          ['at', 'x', 'q', at(2)],
          ['at', 'y', 'q', at(3)],
          ['at', 'y', 'p', at(4)],
        ],
      ),
    )
    expect(edgesOf(picture)).toEqual(['x→p', 'p→q', 'y→q', 'q→p'])
    const layout = layOut(
      picture.nodes.map(({ id }) => ({ id, width: 50 })),
      picture.edges,
    )
    expect(layout.arrows.filter(({ isBack }) => isBack)).toHaveLength(1)
  })

  it('marks a process whose records together give more than they took', () => {
    const of = (gain: boolean) => {
      const mixed = trace('lot', [['lot', 'lot', 0]], [['output', 'mix', 'lot']])
      const run = { in: { milli: 1000, uom: 'KGM' }, out: { milli: 1500, uom: 'KGM' }, gain }
      mixed.nodes.push({ id: 'mix', kind: 'transformation', depth: 0, run })
      return pictureOf(mixed).nodes.find(({ id }) => id === 'mix')
    }
    expect(of(true)).toMatchObject({ quantity: { milli: 1500 }, missing: { milli: 500, uom: 'KGM' } })
    expect(of(false)).not.toHaveProperty('missing')
  })

  it('finishes with a lot of twenty thousand items', () => {
    const items = Array.from({ length: 10_000 }, (_, i) => `i${i}`)
    const picture = pictureOf(
      trace(
        'lot',
        [['lot', 'lot', 0], ...items.map((id): [string, string, number] => [id, 'item', 1])],
        items.map((id): [string, string, string] => ['lot', id, 'lot']),
      ),
    )
    const drawn = collapse(picture)
    expect(drawn.nodes).toHaveLength(5)
    expect(drawn.nodes.at(-1)!.members).toHaveLength(9_997)
  })
})

describe('collapse', () => {
  const fan = (count: number): Trace =>
    trace(
      'lot',
      [
        ['lot', 'lot', 0],
        ['plant', 'place', 1],
        ...Array.from({ length: count }, (_, i): [string, string, number] => [`p${i}`, 'place', 1]),
      ],
      [
        ['at', 'lot', 'plant', at(0)],
        ...Array.from({ length: count }, (_, i): [string, string, string, object] => [
          'at',
          'lot',
          `p${i}`,
          { ...at(1), quantity: { milli: (i * 7919) % 1000 } },
        ]),
      ],
    )

  it('draws the largest of many that hang alike, and the rest as one', () => {
    const picture = pictureOf(fan(25), [{ state: 'unaccounted', place: 'p3', milli: 1000, things: 0 }])
    const drawn = collapse(picture)
    const [group] = drawn.nodes.filter(({ members }) => members !== undefined)
    expect(drawn.nodes).toHaveLength(5)
    expect(group).toMatchObject({ kind: 'place' })
    expect(group!.members).toHaveLength(22)
    // Quantities that do not add up are never hidden in a group.
    expect(drawn.nodes.map(({ id }) => id)).toContain('p3')
    expect(group!.quantity!.milli).toBe(
      group!.members!.reduce((sum, id) => sum + ((Number(id.slice(1)) * 7919) % 1000), 0),
    )
    const opened = collapse(picture, new Set([group!.id]))
    expect(opened.nodes.map(({ id }) => id)).toEqual(picture.nodes.map(({ id }) => id))
  })

  it('opens as much as there is room for', () => {
    const picture = pictureOf(fan(1000))
    const [group] = collapse(picture).nodes.filter(({ members }) => members !== undefined)
    const opened = collapse(picture, new Set([group!.id]))
    expect(opened.nodes).toHaveLength(MAX_DRAWN)
    expect(opened.nodes.at(-1)!.members).toHaveLength(1000 - (MAX_DRAWN - 2))
  })

  it('hides nothing: every node is drawn or stands in one group, within the bound, and its edges with it', () => {
    const any = fc.record({
      kinds: fc.array(fc.constantFrom('item', 'lot', 'unit', 'place', 'transformation'), {
        minLength: 1,
        maxLength: 400,
      }),
      pairs: fc.array(fc.tuple(fc.nat(399), fc.nat(399)), { maxLength: 500 }),
    })
    fc.assert(
      fc.property(any, ({ kinds, pairs }) => {
        const nodes = kinds.map((kind, i) => ({
          id: `n${i}`,
          kind,
          depth: (i % 9) - 4,
          ...(i % 3 > 0 && { place: `p${i % 7}` }),
        }))
        const edges = pairs
          .filter(([a, b]) => a < kinds.length && b < kinds.length && a !== b)
          .map(([a, b]) => ({ from: `n${a}`, to: `n${b}` }))
        const drawn = collapse({ subject: 'n0', nodes, edges })
        expect(drawn.nodes.length).toBeLessThanOrEqual(MAX_DRAWN)
        const shown = drawn.nodes.flatMap(({ id, members }) => members ?? [id])
        expect(shown.toSorted()).toEqual(nodes.map(({ id }) => id).toSorted())
        expect(drawn.nodes.some(({ id }) => id === 'n0')).toBe(true)
        const groupOf = new Map(drawn.nodes.flatMap(({ id, members }) => (members ?? [id]).map((m) => [m, id])))
        const wanted = edges.map(({ from, to }) => [groupOf.get(from), groupOf.get(to)]).filter(([a, b]) => a !== b)
        expect(new Set(edgesOf(drawn))).toEqual(new Set(wanted.map(([a, b]) => `${a}→${b}`)))
      }),
      { numRuns: 60 },
    )
  })
})

describe('mainLine', () => {
  it('follows the largest amounts through the subject, and ends in a circle', () => {
    const edges = [
      { from: 'a', to: 's', quantity: { milli: 1 } },
      { from: 'b', to: 's', quantity: { milli: 2 } },
      { from: 's', to: 'c', quantity: { milli: 3 } },
      { from: 's', to: 'd' },
      { from: 'c', to: 's' },
    ]
    const line = mainLine({ subject: 's', nodes: [], edges })
    expect([...line].sort()).toEqual(['b s', 'c s', 's c'])
  })
})
