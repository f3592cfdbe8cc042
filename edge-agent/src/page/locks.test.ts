import { describe, expect, test } from 'vitest'
import type { Told } from '../recalls.ts'
import { LOCKS_EACH, lockedBeside, locksOf } from './locks.ts'

const id = (path: string): string => `https://id.gs1.org/${path}`
const words = { zh: '话', en: 'words' }
const cases = (n: number): string[] =>
  Array.from({ length: n }, (_, i) => id(`00/0950600013435${String(i).padStart(5, '0')}`))

function told(over: Partial<Told> = {}, subjects: string[] = [id('01/09506000134352/10/L7')], drill = false): Told {
  const recall = {
    ...{ op: 'recall' as const, id: '5f0c9d1e-8a51-4c39-9a58-2f6f6a1f0b11', org: 'org', subjects, class: 1 as const },
    ...{ reason: words, hazard: words, consumer: words, holder: words },
    ...(drill && { drill: true as const }),
  }
  return { recall, entry: 7, treeSize: 9, heardMs: 1.4, ...over }
}

describe('what an order locks', () => {
  test('that it names comes by name, and what belongs to it beside it', () => {
    const order = told({ also: cases(3) })
    expect(locksOf(order)).toMatchObject([{ order: 'recall', reason: words, atMs: 1 }])
    expect(lockedBeside(order)).toEqual([
      { id: order.recall.id, order: 'recall', ids: cases(3), count: 3, isCut: false },
    ])
  })

  test('of hundreds some are shown, and all are counted', () => {
    const [beside] = lockedBeside(told({ also: cases(400), more: true }, cases(30)))
    expect(beside).toMatchObject({ count: 400 + 30 - LOCKS_EACH, isCut: true })
    expect(beside!.ids).toHaveLength(LOCKS_EACH)
    expect(locksOf(told({}, cases(30)))).toHaveLength(LOCKS_EACH)
  })

  test('nothing beside, and in a drill nothing at all', () => {
    expect(lockedBeside(told())).toEqual([])
    expect(lockedBeside(told({ also: [] }))).toEqual([])
    const drill = told({ also: cases(3) }, cases(2), true)
    expect([locksOf(drill), lockedBeside(drill)]).toEqual([[], []])
  })
})
