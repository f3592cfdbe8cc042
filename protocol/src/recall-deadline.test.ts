import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { RecallClass } from './event/governance-types.ts'
import { isOverdue, type RecallKind, recallDeadline, recallRule } from './recall-deadline.ts'

const BEGIN = Date.parse('2026-11-22T08:00:00.000Z')

describe('the deadline of a recall in China', () => {
  it.each([
    ['food', 1, '2026-11-23T08:00:00.000Z'],
    ['food', 2, '2026-11-24T08:00:00.000Z'],
    ['food', 3, '2026-11-25T08:00:00.000Z'],
    ['medicine', 1, '2026-11-23T08:00:00.000Z'],
    ['medicine', 2, '2026-11-25T08:00:00.000Z'],
    ['medicine', 3, '2026-11-29T08:00:00.000Z'],
  ] as const)('%s, class %i', (kind, recallClass, at) => {
    const deadline = recallDeadline(kind, recallClass, BEGIN, BEGIN)
    expect(deadline).toEqual({ hours: recallRule(kind, recallClass).hours, at, left: Date.parse(at) - BEGIN })
  })

  it('is past a millisecond after it, not at it', () => {
    const [at, after] = [0, 1].map((ms) => recallDeadline('food', 1, BEGIN, BEGIN + 24 * 3_600_000 + ms))
    expect([at!.left, isOverdue(at!)]).toEqual([0, false])
    expect([after!.left, isOverdue(after!)]).toEqual([-1, true])
  })

  it('names its law', () => {
    expect(recallRule('food', 2).law.zh).toContain('食品召回管理办法')
    expect(recallRule('medicine', 2).law.zh).toContain('药品召回管理办法')
  })

  it('gives a lower class no less time', () => {
    const kinds = fc.constantFrom<RecallKind>('food', 'medicine')
    const instants = fc.integer({ min: 0, max: 4_102_444_800_000 })
    fc.assert(
      fc.property(kinds, fc.constantFrom<RecallClass>(1, 2), instants, instants, (kind, grave, begin, now) => {
        const first = recallDeadline(kind, grave, begin, now)
        const next = recallDeadline(kind, grave === 1 ? 2 : 3, begin, now)
        expect(next.left).toBeGreaterThan(first.left)
        expect(Date.parse(first.at) - now).toBe(first.left)
      }),
    )
  })
})
