import { strFromU8, unzipSync } from 'fflate'
import { describe, expect, test } from 'vitest'
import type { CellValue, Sheet } from './sheet.ts'
import { writeWorkbook } from './workbook.ts'

interface Read {
  names: string[]
  cells: string[][]
  formulas: number
}

/** What a reader of the format sees on one sheet: texts, and numbers as written. */
async function written(sheets: Sheet[], number = 1): Promise<Read> {
  const files = unzipSync(await writeWorkbook({ sheets }))
  const file = (name: string): string => strFromU8(files[name]!)
  const texts = [...file('xl/sharedStrings.xml').matchAll(/<si><t[^>]*>([^<]*)<\/t><\/si>/g)].map(([, text]) => text!)
  const xml = file(`xl/worksheets/sheet${number}.xml`)
  const cells = [...xml.matchAll(/<row[^>]*>(.*?)<\/row>/g)].map(([, row]) =>
    [...row!.matchAll(/<c [^>]*?(?:t="(\w+)")?[^>]*?>(?:<v>([^<]*)<\/v>)?<\/c>/g)].map(([whole, , value]) =>
      whole.includes('t="s"') ? texts[Number(value)]! : (value ?? ''),
    ),
  )
  const names = [...file('xl/workbook.xml').matchAll(/<sheet [^>]*name="([^"]*)"/g)].map(([, name]) => name!)
  return { names, cells, formulas: [...xml.matchAll(/<f[ >]/g)].length }
}

function one(...row: CellValue[]): Sheet[] {
  return [{ name: '表 1', columns: row.map((_, i) => ({ title: `c${i}`, width: 10 })), rows: [row] }]
}

describe('a workbook', () => {
  test('holds texts as texts, numbers as numbers, and says where nothing was recorded', async () => {
    const { names, cells, formulas } = await written(one('=1+1', '+2', '@x', 12.5, -3, null, '<b>&"'))
    expect(names).toEqual(['表 1'])
    expect(cells[0]).toEqual(['c0', 'c1', 'c2', 'c3', 'c4', 'c5', 'c6'])
    expect(cells[1]).toEqual(['=1+1', '+2', '@x', '12.5', '-3', '(not recorded)', '&lt;b&gt;&amp;"'])
    expect(formulas).toBe(0)
  })

  test('shows a time by the clock on the wall', async () => {
    // 2026-11-22T23:30:00 at +08:00 is day 46,348 of spreadsheets, and 23.5 hours.
    const { cells } = await written(one({ ms: Date.parse('2026-11-22T15:30:00.000Z'), offsetMs: 8 * 3_600_000 }))
    expect(Number(cells[1]![0])).toBeCloseTo(46_348 + 23.5 / 24, 6)
  })

  test.each(['constructor', '__proto__', 'toString', 'hasOwnProperty'])(
    'the text %s is a text like any other',
    async (text) => {
      const { cells } = await written(one(text))
      expect(cells[1]![0]!.trim()).toBe(text)
    },
  )

  test('takes what no XML may hold, and cuts what no cell can', async () => {
    const { cells } = await written(one('a\u0000b\u0008c\uD800d', 'x'.repeat(40_000)))
    expect(cells[1]![0]).toMatch(/^a.?b.?c.?d$/)
    expect(cells[1]![1]).toHaveLength(32_767)
  })

  test('each table has a filter over all of it, a front page none', async () => {
    const front: Sheet = { name: 'f', columns: [{ title: '', width: 9 }], rows: [['x']], plain: true }
    const [table] = one('a', 'b', null)
    const files = unzipSync(await writeWorkbook({ sheets: [front, table!] }))
    const xml = (number: number): string => strFromU8(files[`xl/worksheets/sheet${number}.xml`]!)
    expect(xml(1)).not.toContain('<autoFilter')
    expect(xml(2)).toContain('</sheetData><autoFilter ref="A1:C2"/>')
  })

  test('an empty sheet has its head', async () => {
    const { cells } = await written([{ name: 'a', columns: [{ title: 'x', width: 5 }], rows: [] }])
    expect(cells).toEqual([['x']])
  })
})
