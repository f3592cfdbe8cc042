import { describe, expect, it } from 'vitest'
import { AnswerError, type Ask } from '../../own/answer.ts'
import { MAX_READ, parseTracePage, readStandings, readTrace } from './trace.ts'

const PROOF = { entry: 40, position: 2, eventID: 'urn:uuid:1', org: 'plant', gateway: 'line-1' }
const page = (over: object = {}): object => ({
  treeSize: 812,
  subject: 'lot',
  total: { nodes: 2, links: 1 },
  nodes: [
    { n: 0, id: 'lot', kind: 'lot', depth: 0 },
    { n: 1, id: 'urn:uuid:2', kind: 'transformation', depth: 0 },
  ],
  links: [
    { kind: 'output', from: 1, to: 0, time: '2026-11-20T06:10:00.000Z', quantity: { milli: 400_000 }, proof: PROOF },
  ],
  ...over,
})
const client = (get: (path: string) => unknown): Ask => ({
  get: async (path) => get(path),
  post: async () => undefined,
})

describe('parseTracePage', () => {
  it('reads what the specification says', () => {
    const { links, total } = parseTracePage(page())
    expect(total).toBe(3)
    expect(links).toMatchObject([
      { kind: 'output', from: 1, to: 0, quantity: { milli: 400_000 }, proof: { entry: 40 } },
    ])
  })

  it('reads what all records of a process say together', () => {
    const run = { records: 2, in: { milli: 1000, uom: 'KGM' }, out: { milli: 1500, uom: 'KGM' }, gain: true }
    const nodes = [
      { n: 0, id: 'urn:tristamp:transformation:org:x', kind: 'transformation', depth: 0, run },
      { n: 1, id: 'urn:uuid:2', kind: 'transformation', depth: 0, run: { records: 3 } },
    ]
    const { records: _, ...told } = run
    expect(parseTracePage(page({ nodes })).nodes.map((node) => node.run)).toEqual([told, { gain: false }])
    const broken = [{ ...nodes[0]!, run: { in: { milli: 'much' } } }]
    expect(() => parseTracePage(page({ nodes: broken }))).toThrow(AnswerError)
  })

  it.each([
    ['nothing', undefined],
    ['a list', []],
    ['no size', page({ treeSize: undefined })],
    ['half a node', page({ nodes: [{ n: 0 }] })],
    ['a node without end', page({ nodes: [{ n: 0, id: 'x'.repeat(600), kind: 'lot', depth: 0 }] })],
    ['another kind of link', page({ links: [{ kind: 'magic', from: 0, to: 1, proof: PROOF }] })],
    ['a link without proof', page({ links: [{ kind: 'at', from: 0, to: 1 }] })],
    ['a time that is none', page({ links: [{ kind: 'at', from: 0, to: 1, time: 'yesterday', proof: PROOF }] })],
    [
      'half a piece of a thousandth',
      page({ links: [{ kind: 'at', from: 0, to: 1, quantity: { milli: 0.5 }, proof: PROOF }] }),
    ],
    [
      'more nodes than a page has',
      page({ nodes: Array.from({ length: 5001 }, (_, n) => ({ n, id: `${n}`, kind: 'lot', depth: 1 })) }),
    ],
  ])('refuses %s', (_, value) => {
    expect(() => parseTracePage(value)).toThrow(AnswerError)
  })
})

describe('readTrace', () => {
  it('puts back and forward together, each node and link once', async () => {
    const asked: string[] = []
    const trace = await readTrace(
      client((path) => {
        asked.push(path)
        return page()
      }),
      'lot',
      { back: 2, forward: 3 },
    )
    expect(asked.map((path) => /direction=(\w+)&depth=(\d)/.exec(path)!.slice(1))).toEqual([
      ['back', '2'],
      ['forward', '3'],
    ])
    expect([trace.nodes.length, trace.links.length, trace.unread]).toEqual([2, 1, 0])
  })

  it('asks only for the directions that are wanted', async () => {
    const asked: string[] = []
    await readTrace(
      client((path) => asked.push(path) && page()),
      'lot',
      { back: 0, forward: 3 },
    )
    expect(asked).toHaveLength(1)
  })

  it('reads a hundred thousand nodes until its bound, and says what is left', async () => {
    let pages = 0
    const trace = await readTrace(
      client(() => {
        const from = pages++ * 5000
        return page({
          total: { nodes: 100_000, links: 100_000 },
          nodes: Array.from({ length: 5000 }, (_, i) => ({ n: from + i, id: `n${from + i}`, kind: 'item', depth: 1 })),
          links: [],
          cursor: 'more',
        })
      }),
      'lot',
      { back: 0, forward: 64 },
    )
    expect(pages).toBe(MAX_READ / 5000)
    expect(trace.nodes).toHaveLength(MAX_READ)
    expect(trace.unread).toBe(200_000 - MAX_READ)
  })

  it('ends with a node that gives empty pages for ever', async () => {
    let pages = 0
    await readTrace(
      client(() => {
        pages++
        return page({ nodes: [], links: [], cursor: 'more' })
      }),
      'lot',
      { back: 1, forward: 0 },
    )
    expect(pages).toBe(1)
  })

  it('refuses a link to a node that was not told', async () => {
    const links = [{ kind: 'at', from: 0, to: 7, proof: PROOF }]
    await expect(
      readTrace(
        client(() => page({ links })),
        'lot',
        { back: 1, forward: 0 },
      ),
    ).rejects.toThrow(AnswerError)
  })

  it('stops asking when nobody wants it any more', async () => {
    let pages = 0
    await readTrace(
      client(() => page({ cursor: `after ${pages++}` })),
      'lot',
      { back: 1, forward: 0 },
      () => pages < 3,
    )
    expect(pages).toBe(3)
  })
})

describe('readStandings', () => {
  it('reads all pages', async () => {
    const row = { state: 'there', place: 'p', things: 1, milli: 1000, in: [], proofs: [] }
    const { standings, total } = await readStandings(
      client((path) => ({ standings: [row], total: 2, ...(path.includes('cursor') ? {} : { cursor: 'c' }) })),
      'lot',
    )
    expect([standings.length, total]).toEqual([2, 2])
  })

  it('refuses a state that is none', async () => {
    const rows = { standings: [{ state: 'gone', things: 0 }], total: 1 }
    await expect(
      readStandings(
        client(() => rows),
        'lot',
      ),
    ).rejects.toThrow(AnswerError)
  })
})
