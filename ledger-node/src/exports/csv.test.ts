import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { BOX, LETTUCE, lettuceChain, NAMES, SCOPE, step, stream, textOf } from './_chain.ts'
import { CSV_COLUMNS, csvField, csvLines, csvRecord } from './csv.ts'

/** RFC 4180, as a program reads it that knows nothing of us. */
function parsed(text: string): string[][] {
  const records: string[][] = []
  let [record, field, quoted, i] = [[] as string[], '', false, 0]
  const endField = (): void => {
    record.push(field)
    field = ''
  }
  for (; i < text.length; i++) {
    const one = text[i]!
    if (quoted) {
      if (one !== '"') field += one
      else if (text[i + 1] === '"') field += text[++i]
      else quoted = false
    } else if (one === '"') quoted = true
    else if (one === ',') endField()
    else if (one === '\r' && text[i + 1] === '\n') {
      endField()
      records.push(record)
      record = []
      i++
    } else field += one
  }
  return records
}

const PAYLOADS = [
  "=cmd|' /C calc'!A0",
  '+1+1',
  '-2+3',
  '@SUM(1)',
  '\t=1+1',
  '\r=1+1',
  '\n=1',
  ' =1+1',
  '"=1+1',
  "'=1",
  '\uFEFF=1',
  '＝1+1',
  '＋1',
  '－1',
  '＠SUM(1)',
  '\u200B=1',
  '﹦1',
  '−1',
]

describe('a field', () => {
  test.each(PAYLOADS)('%j is text and never a formula', (payload) => {
    const [[field]] = parsed(csvRecord([payload])) as [[string]]
    expect(field).toBe(`'${payload}`)
  })

  test('a number stays a number, also below zero; nothing is nothing', () => {
    expect(csvRecord([-3.5, 0, undefined, 1e7])).toBe('-3.5,0,,10000000\r\n')
  })

  test('what needs no quotes has none', () => {
    expect(csvField('L-7')).toBe('L-7')
    expect(csvField('a;b')).toBe('"a;b"')
  })

  test('any texts come back as they were, or with an apostrophe in front, and never begin as a formula does', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ unit: 'grapheme' }), { minLength: 1, maxLength: 5 }), (texts) => {
        const [back] = parsed(csvRecord(texts))
        expect(back!.map((one, i) => one === texts[i] || one === `'${texts[i]}`)).toEqual(texts.map(() => true))
        for (const one of back!) expect(one).not.toMatch(/^\s*[=+\-@]/)
      }),
    )
  })
})

describe('events.csv', () => {
  test('has a byte order mark, one head, and for each thing in an event a row of as many fields', async () => {
    const text = await textOf(csvLines(SCOPE, stream(lettuceChain()), NAMES))
    expect(text.startsWith('\uFEFFentry,position,event_id,')).toBe(true)
    const [head, ...rows] = parsed(text.slice(1))
    expect(head).toEqual(CSV_COLUMNS)
    for (const row of rows) expect(row).toHaveLength(CSV_COLUMNS.length)
    const of = (row: string[], name: string): string => row[CSV_COLUMNS.indexOf(name)]!
    const [made, ...others] = rows as [string[], ...string[][]]
    expect([of(made, 'time_utc').slice(0, 11), of(made, 'utc_offset_minutes')]).toEqual(['2026-11-22T', '480'])
    expect(['subject', 'kind', 'gtin', 'lot', 'quantity', 'uom', 'product_en'].map((name) => of(made, name))).toEqual([
      LETTUCE,
      'lot',
      '09506000134352',
      'L7',
      '100.5',
      'KGM',
      'Lettuce',
    ])
    expect(others.filter((row) => of(row, 'type') === 'AggregationEvent' && of(row, 'sscc') !== '').length).toBe(4)
    expect(others.map((row) => of(row, 'role'))).toContain('input')
    expect(others.some((row) => of(row, 'subject') === BOX)).toBe(true)
  })

  test('shows what was taken back, and tells at its end what was left out', async () => {
    const [made] = lettuceChain()
    const taken = [{ ...made!, state: 'taken back' as const }]
    const text = await textOf(csvLines({ ...SCOPE, incomplete: ['EXPORT_EVENTS'] }, stream(taken), NAMES))
    const rows = parsed(text.slice(1))
    expect(rows.map((row) => row[3])).toEqual(['state', 'taken back', 'incomplete'])
    expect(rows.at(-1)![4]).toBe('EXPORT_EVENTS')
  })

  test('gives the temperatures of an event in degrees, and an alarm', async () => {
    const sensorElementList = [
      {
        sensorMetadata: {
          deviceID: 'https://id.gs1.org/8004/9506000134COLD1',
          startTime: '2026-11-22T07:00:00.000Z',
          endTime: '2026-11-22T08:00:00.000Z',
        },
        sensorReport: [
          { type: 'Temperature', minValue: -2.5, maxValue: 9.25, uom: 'CEL', exception: 'ALARM_CONDITION' },
        ],
      },
    ]
    const at = step({ type: 'ObjectEvent', action: 'OBSERVE', epcList: [BOX], sensorElementList })
    const [, row] = parsed((await textOf(csvLines(SCOPE, stream([at]), NAMES))).slice(1))
    const of = (name: string): string => row![CSV_COLUMNS.indexOf(name)]!
    expect([of('temperature_min_c'), of('temperature_max_c'), of('alarm')]).toEqual(['-2.5', '9.25', 'ALARM_CONDITION'])
  })
})
