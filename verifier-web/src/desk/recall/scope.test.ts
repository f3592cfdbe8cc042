import { concat, equal, sha256, toBase64Url, utf8 } from '@tristamp/protocol'
import { describe, expect, it } from 'vitest'
import type { Ask } from '../../own/answer.ts'
import { coverOf, firstTicks, takenIn } from './cover.ts'
import { countedOnce, readPreview } from './preview.ts'
import { readScope } from './scope.ts'

const PRODUCT = 'https://id.gs1.org/01/09506000134352'
const LOT = `${PRODUCT}/10/L7`
const ITEM = `${PRODUCT}/21/A1`
const UNIT = 'https://id.gs1.org/00/095060001343520017'
const PLACE = 'https://id.gs1.org/414/9506000134307'
const PROOF = { entry: 1, position: 0, eventID: 'urn:uuid:1' }

const answer = (over: object = {}): object => ({
  ...{ treeSize: 812, subject: LOT, total: { nodes: 4, links: 2 } },
  nodes: [
    { n: 0, id: LOT, kind: 'lot', depth: 0 },
    { n: 1, id: ITEM, kind: 'item', depth: 1 },
    { n: 2, id: PLACE, kind: 'place', depth: 2 },
    { n: 3, id: UNIT, kind: 'unit', depth: 2 },
  ],
  links: [
    { kind: 'lot', from: 1, to: 0, proof: PROOF },
    { kind: 'contained', from: 1, to: 3, proof: PROOF },
  ],
  ...over,
})
const text = (over?: object): Uint8Array => utf8(JSON.stringify(answer(over)))

describe('readScope', () => {
  it('offers what can be recalled, and digests the answer’s own bytes', async () => {
    // One space more is another answer.
    const bytes = utf8(`${JSON.stringify(answer())} `)
    const asked: string[] = []
    const scope = await readScope(LOT, async (path) => {
      asked.push(path)
      return bytes
    })
    expect(asked[0]).toContain('direction=forward')
    expect(scope.candidates.map(({ subject }) => subject)).toEqual([LOT, ITEM, UNIT, PRODUCT])
    expect(scope.trace).toEqual({ treeSize: 812, digest: toBase64Url(sha256(bytes)) })
    expect(new Uint8Array(await scope.answer.arrayBuffer())).toEqual(bytes)
    expect(scope.pages).toBe(1)
    expect(firstTicks(LOT, scope)).toEqual([LOT])
  })

  it('reads page after page of one tree size, and digests them all', async () => {
    const items = (from: number, n: number) =>
      Array.from({ length: n }, (_, i) => ({ n: from + i, id: `${PRODUCT}/21/A${from + i}`, kind: 'item', depth: 1 }))
    const lot = { n: 0, id: LOT, kind: 'lot', depth: 0 }
    const total = { nodes: 6001, links: 6000 }
    const of = (nodes: object[], cursor?: string) => {
      const links = nodes.flatMap((node) =>
        'n' in node && node.n !== 0 ? [{ kind: 'lot', from: node.n, to: 0, proof: PROOF }] : [],
      )
      return text({ total, nodes, links, ...(cursor !== undefined && { cursor }) })
    }
    const pages = [of([lot, ...items(1, 2400)], 'a'), of(items(2401, 2400), 'b'), of(items(4801, 1200))]
    const asked: (string | null)[] = []
    const told: number[][] = []
    const scope = await readScope(
      LOT,
      async (path) => {
        asked.push(new URLSearchParams(path.split('?')[1]).get('cursor'))
        return pages[asked.length - 1]!
      },
      { progress: (...at) => told.push(at) },
    )
    expect(asked).toEqual([null, 'a', 'b'])
    expect(told).toEqual([4801, 9601, 12001].map((read) => [read, 12001]))
    expect(scope.candidates).toHaveLength(6002)
    expect(scope.more).toBe(0)
    const joined = concat(pages[0]!, utf8('\n'), pages[1]!, utf8('\n'), pages[2]!)
    expect(scope.trace).toEqual({ treeSize: 812, digest: toBase64Url(sha256(joined)) })
    expect(equal(new Uint8Array(await scope.answer.arrayBuffer()), joined)).toBe(true)
    // The lot takes in all of it, and is all that need be named.
    expect(coverOf(LOT, scope)).toEqual({ subjects: [LOT], products: [] })
    expect(scope.candidates.filter(({ subject }) => !takenIn([LOT], scope)(subject)).map((one) => one.kind)).toEqual([
      'product',
    ])
  })

  it('freezes nothing of an answer that was ended, or that goes on as of another size', async () => {
    const scope = await readScope(LOT, async () => text({ incomplete: ['TRACE_NODES'] }))
    expect(scope.trace).toBeUndefined()
    expect(scope.more).toBeGreaterThan(0)
    let n = 0
    const grown = async () => text({ cursor: 'more', treeSize: 812 + n++ })
    await expect(readScope(LOT, grown)).rejects.toThrow('ANSWER_SHAPE')
  })

  it('ends where pages have nothing on them, or nobody waits any more', async () => {
    const none = { nodes: [], links: [], total: { nodes: 9, links: 0 } }
    expect((await readScope(LOT, async () => text({ ...none, cursor: 'again' }))).trace).toBeUndefined()
    let asked = 0
    const get = async () => text({ cursor: String(asked++), total: { nodes: 900, links: 10 } })
    const scope = await readScope(LOT, get, { isWanted: () => asked < 3 })
    expect([asked, scope.trace, scope.more]).toEqual([3, undefined, 910 - 18])
  })

  it('refuses what is no answer', async () => {
    await expect(readScope(LOT, async () => utf8('<html>'))).rejects.toThrow('ANSWER_SHAPE')
  })
})

describe('a cover', () => {
  const item = (subject: string, kind = 'item') => ({ subject, kind, depth: 1 })
  const none = new Map<string, string[]>()

  it('names a few things one by one, and many by their products, which is told', () => {
    const items = (n: number, product = PRODUCT) => Array.from({ length: n }, (_, i) => item(`${product}/21/A${i}`))
    const other = 'https://id.gs1.org/01/09506000134369'
    const of = (candidates: ReturnType<typeof items>) => coverOf(UNIT, { candidates, lotsOf: none, contentsOf: none })
    expect(of(items(9)).subjects).toHaveLength(9)
    const many = of([...items(5000), ...items(30, other)])
    expect(many.products).toEqual([PRODUCT])
    expect(many.subjects).toHaveLength(31)
    // What has no product is named itself, however many recalls that takes.
    const units = Array.from({ length: 300 }, (_, i) => item(`https://id.gs1.org/00/09506000134${i}`, 'unit'))
    expect(of(units).subjects).toHaveLength(300)
  })

  it('takes a unit in by what lies in it, and no circle of boxes by itself', () => {
    const box = 'https://id.gs1.org/00/095060001343520024'
    const contentsOf = new Map([
      [UNIT, [box]],
      [box, [ITEM]],
    ])
    const candidates = [item(LOT, 'lot'), item(ITEM), item(box, 'unit'), item(UNIT, 'unit')]
    const lotsOf = new Map([[ITEM, [LOT]]])
    expect(coverOf(LOT, { candidates, lotsOf, contentsOf }).subjects).toEqual([LOT])
    expect(takenIn([PRODUCT], { lotsOf: none, contentsOf })(UNIT)).toBe(true)
    const circle = new Map([
      [UNIT, [box]],
      [box, [UNIT]],
    ])
    expect(takenIn([LOT], { lotsOf, contentsOf: circle })(UNIT)).toBe(false)
  })
})

describe('readPreview', () => {
  it('counts an item once: by its lot, and by the unit that it lies in', async () => {
    const scope = await readScope(LOT, async () => text())
    expect(countedOnce([LOT, ITEM, UNIT], scope)).toEqual([LOT])
    expect(countedOnce([ITEM, UNIT], scope)).toEqual([ITEM])
    expect(countedOnce([UNIT], scope)).toEqual([UNIT])
    expect(countedOnce([PRODUCT, LOT, ITEM], scope)).toEqual([PRODUCT])
  })

  it('adds up who has what, and tells what is gone apart', async () => {
    const asked: string[] = []
    const ask: Ask = {
      post: async () => undefined,
      get: async (path) => {
        asked.push(path)
        if (path.includes('A2')) throw Object.assign(new Error('nobody'), { code: 'NOT_FOUND' })
        return {
          total: 3,
          standings: [
            { state: 'there', place: PLACE, holder: 'h', milli: 4000, things: 0 },
            { state: 'there', place: PLACE, holder: 'h', things: 2 },
            { state: 'unaccounted', place: PLACE, milli: -1000, things: 0 },
          ],
        }
      },
    }
    const none = { lotsOf: new Map<string, string[]>(), contentsOf: new Map<string, string[]>() }
    const preview = await readPreview(ask, [LOT, `${PRODUCT}/10/L8`, `${PRODUCT}/21/A2`], none)
    expect(asked).toHaveLength(3)
    expect(preview.rows).toEqual([{ state: 'there', place: PLACE, holder: 'h', milli: 8000, untold: 4 }])
    expect(preview.gone).toEqual([{ state: 'unaccounted', milli: 2000 }])
    expect([preview.asked, preview.of]).toEqual([3, 3])
  })
})
