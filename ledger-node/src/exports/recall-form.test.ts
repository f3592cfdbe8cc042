import type { Recall } from '@tristamp/protocol'
import { describe, expect, test } from 'vitest'
import { progressOf } from '../recall/progress.ts'
import { BUYER, LETTUCE, NAMES, PLANT } from './_chain.ts'
import { type FormParts, recallForm, recallSheets } from './recall-form.ts'

const words = (en: string): { zh: string; en: string } => ({ zh: `${en}中`, en })
const SINCE = '2026-11-22T08:00:00.000Z'
const HOUR = 3_600_000

function parts(change: Partial<FormParts> = {}, recall: Partial<Recall> = {}): FormParts {
  const whole: Recall = {
    op: 'recall',
    id: '5f0c9d1e-8a51-4c39-9a58-2f6f6a1f0b11',
    org: 'farm',
    subjects: [LETTUCE],
    class: 1,
    reason: words('reason'),
    hazard: words('hazard'),
    consumer: words('consumer'),
    holder: words('holder'),
    ...recall,
  }
  const stock = [
    { state: 'there', place: PLANT, holder: BUYER, milli: 3500, uom: 'KGM', things: 0, proofs: [] },
    { state: 'sold', place: PLANT, holder: BUYER, milli: 500, uom: 'KGM', things: 0, proofs: [] },
  ] as const
  return {
    recorded: { recall: whole, entry: 12, position: 0, at: SINCE, since: SINCE, sinceEntry: 12 },
    kind: 'food',
    begin: undefined,
    now: Date.parse(SINCE) + HOUR,
    names: NAMES,
    origin: 'ledger.example/test',
    treeSize: 40,
    progress: progressOf({ stock, answers: [], blocked: [] }),
    unrecorded: [],
    unknown: [],
    incomplete: [],
    ...change,
  }
}

describe('the form of a recall in China', () => {
  test('counts from the record where nobody tells more, and says so', () => {
    const { begin, deadline } = recallForm(parts())
    expect(begin).toEqual({ at: SINCE, basis: 'recorded' })
    expect(deadline).toMatchObject({ hours: 24, at: '2026-11-23T08:00:00.000Z', left: 23 * HOUR, overdue: false })
    expect(deadline.law.zh).toContain('食品召回管理办法')
  })

  test('counts from what is told, and is overdue by it', () => {
    const { begin, deadline } = recallForm(parts({ kind: 'medicine', begin: Date.parse(SINCE) - 24 * HOUR }))
    expect(begin.basis).toBe('told')
    expect(deadline).toMatchObject({ hours: 24, left: -HOUR, overdue: true })
    expect(deadline.law.zh).toContain('药品召回管理办法')
  })

  test('tells where the goods are by name, and what is missing', () => {
    const [table] = recallForm(parts()).progress
    expect(table).toMatchObject({ uom: 'KGM', totals: { shipped: 4000, sold: 500, unaccounted: 3500 } })
    expect(table!.places).toEqual([
      expect.objectContaining({ placeName: { zh: '工厂', en: 'Plant' }, holderName: { zh: '买方', en: 'Buyer' } }),
    ])
    expect(table!.places[0]).not.toHaveProperty('proofs')
  })

  test('as a workbook has every row as long as its head, marks a drill and names what no event names', () => {
    const form = recallForm(parts({ unknown: [LETTUCE], incomplete: ['TRACE_NODES'] }, { drill: true }))
    const [report, products, progress] = recallSheets(form)
    for (const { columns, rows } of [products!, progress!])
      for (const row of rows) expect(row).toHaveLength(columns.length)
    expect(report!.rows[0]![0]).toContain('演练')
    expect(report!.rows).toContainEqual(['可能缺少 May be missing', 'TRACE_NODES'])
    expect(report!.rows).toContainEqual(['许可证编号 Licence number', null])
    expect(progress!.rows[0]!.slice(0, 7)).toEqual(['合计 All', '', '', '', '', 'KGM', 4])
    expect(progress!.rows.at(-1)![0]).toContain(LETTUCE)
  })

  test('of a recall that was lifted says when and why', () => {
    const { recorded } = parts()
    const lifted = { ...recorded, at: '2026-11-24T08:00:00.000Z', lifted: { reason: 'all back' } }
    const form = recallForm(parts({ recorded: lifted }))
    expect(form).toMatchObject({ state: 'lifted', lifted: { at: '2026-11-24T08:00:00.000Z', reason: 'all back' } })
  })
})
