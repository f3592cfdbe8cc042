import { sha256, toBase64Url, utf8 } from '@tristamp/protocol'
import { describe, expect, it } from 'vitest'
import type { Ask } from '../../own/answer.ts'
import { countedOnce, firstTicks, readPreview, readScope } from './scope.ts'

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
    expect(scope.bytes).toBe(bytes)
    expect(firstTicks(LOT, scope)).toEqual([LOT])
  })

  it('freezes nothing of an answer that goes on, or was ended', async () => {
    for (const over of [{ cursor: 'more', total: { nodes: 90, links: 10 } }, { incomplete: ['TRACE_NODES'] }]) {
      const scope = await readScope(LOT, async () => text(over))
      expect(scope.trace).toBeUndefined()
      expect(scope.more).toBeGreaterThan(0)
    }
  })

  it('offers no more than a recall may name', async () => {
    const nodes = Array.from({ length: 400 }, (_, n) => ({ n, id: `${PRODUCT}/21/A${n}`, kind: 'item', depth: 1 }))
    const scope = await readScope(LOT, async () => text({ nodes, links: [] }))
    expect(scope.candidates).toHaveLength(256)
    expect(scope.more).toBe(400 + 1 - 256)
  })

  it('refuses what is no answer', async () => {
    await expect(readScope(LOT, async () => utf8('<html>'))).rejects.toThrow('ANSWER_SHAPE')
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
