import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { csvRecord } from '../exports/csv.ts'
import type { Face } from './face.ts'
import { faceOf } from './face.ts'
import { labelOf, labelOrder } from './order.ts'
import { distinct, randomSerials, rangeSerials, tableSerials } from './serials.ts'
import { escapeXml, htmlPages, labelSvg } from './svg.ts'
import { templateOf } from './template.ts'
import { zplLabel, zplOptions, zplText } from './zpl.ts'

// What is printed comes from outside: no name, lot or serial becomes a command of a printer, a page or a spreadsheet.

const anyText = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 80 }),
  fc
    .array(
      fc.constantFrom(
        '^',
        '~',
        '\\',
        '_',
        '^XA',
        '~HS',
        '^FS',
        '_5E',
        '<',
        '>',
        '&',
        '"',
        "'",
        '</svg>',
        ']]>',
        '猪',
        '\u0000',
        '\n',
        '\u202e',
        '=',
        '+',
        '-',
        '@',
      ),
      { maxLength: 20 },
    )
    .map((parts) => parts.join('')),
)
const HOSTILE = [
  '^XZ^XA~JR^FS',
  '~HS',
  '\\&^FD',
  '_5EXA',
  '</text><script>alert(1)</script>',
  '"><svg onload=x>',
  '&lt;',
  ']]>',
  '\u0000\u0007',
]
const order = (name: string): ReturnType<typeof labelOrder> =>
  labelOrder({
    gtin: '09506000134352',
    base: 'https://trace.example.org',
    name: { zh: name, en: name },
    language: 'zh',
  })
const faceWith = (name: string, serial = 'A1'): Face =>
  faceOf(labelOf(order(name), serial), { width: 110, height: 60 }, 'both')

/** Commands and fields of ZPL, for its structure alone: what a printer takes for a command begins with `^` or `~`. */
function commandsOf(zpl: string): string[] {
  return (zpl.match(/[\^~][^^~]*/g) ?? []).map((command) => command.trim())
}
function fieldText(field: string): string {
  const bytes = field.replace(
    /_([0-9A-F]{2})|[^_]/g,
    (c, hex?: string) => hex ?? c.charCodeAt(0).toString(16).padStart(2, '0'),
  )
  return Buffer.from(bytes, 'hex').toString('utf8')
}

describe('ZPL', { timeout: 180_000 }, () => {
  it('holds any text as text', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        const field = zplText(text)
        expect(field).toMatch(/^(?:[\x20-\x5b\x5d\x60-\x7d]|_[0-9A-F]{2})*$/)
        expect(fieldText(field)).toBe(Buffer.from(text, 'utf8').toString('utf8'))
      }),
    )
  })

  it('has one format for each label, whatever is on it', () => {
    const shape = (name: string): string[] =>
      commandsOf(zplLabel(faceWith(name), zplOptions())).map((c) => c.slice(0, 3))
    const usual = shape('Pork').filter((command) => command !== '^A@' && command !== '^A0')
    fc.assert(
      fc.property(
        fc.oneof(anyText, fc.constantFrom(...HOSTILE)).filter((text) => order(text).name.zh !== ''),
        (name) => {
          expect(shape(name).filter((command) => command !== '^A@' && command !== '^A0')).toEqual(usual)
        },
      ),
    )
  })

  it('is of the size of the label, and its symbols are dots', () => {
    const one = labelOf(labelOrder({ ...order('Pork'), lot: 'A_1/2', expiry: '2026-12-01' }), '_x')
    const zpl = zplLabel(faceOf(one, { width: 60, height: 40 }, 'both', 12), zplOptions('300'))
    const commands = commandsOf(zpl)
    expect(commands.slice(0, 5)).toEqual(['^XA', '^CI28', '^PW720', '^LL480', '^LH0,0'])
    expect(commands.at(-1)).toBe('^XZ')
    expect(commands.filter((c) => c.startsWith('^GFA,'))).toHaveLength(2)
    for (const graphic of commands.filter((c) => c.startsWith('^GFA,')))
      expect(graphic).toMatch(/^\^GFA,\d+,\d+,\d+,[0-9A-Fg-zG-Y:,!]+$/)
    // No printer chooses how a symbol looks.
    expect(zpl).not.toMatch(/\^B[A-Z]/)
    const texts = commands.filter((c) => c.startsWith('^FD')).map((c) => fieldText(c.slice(3)))
    expect(texts).toEqual(expect.arrayContaining(['Pork', '(10) A_1/2', '(21) _x']))
  })

  it.each(['E:SIMSUN.FNT^FS', 'simsun', 'E:A.TTF\n^XA', '../E:A.TTF'])('takes no font called %j', (font) => {
    expect(() => zplOptions('203', font)).toThrow(/font/)
  })

  it('refuses a printer whose dots are too coarse for the label', () => {
    const small = faceOf(labelOf(order('P'), 'A1'), templateOf('60x40').label, 'qr')
    const [symbol] = small.symbols
    const coarse = { ...small, symbols: [{ ...symbol!, module: 0.2 }] }
    expect(() => zplLabel(coarse, zplOptions('203'))).toThrow(/dots/)
  })
})

describe('SVG and HTML', { timeout: 180_000 }, () => {
  it('hold any text as text', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        const escaped = escapeXml(text)
        expect(escaped).not.toMatch(/[<>"']|&(?!#\d+;)/)
        const back = escaped.replace(/&#(\d+);/g, (_, code: string) => String.fromCharCode(Number(code)))
        // biome-ignore lint/suspicious/noControlCharactersInRegex: what XML cannot hold
        expect(back).toBe(text.replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]|\p{Cs}/gu, ''))
      }),
    )
  })

  it.each(HOSTILE)('have no element that %j asks for', (name) => {
    const whole = [...htmlPages(templateOf('60x40'), [labelSvg(faceWith(`a${name}`))], 'zh', name)].join('')
    const elements = new Set([...whole.matchAll(/<\/?([a-z!]+)/gi)].map(([, element]) => element))
    expect([...elements].sort()).toEqual([
      '!doctype',
      'g',
      'html',
      'meta',
      'path',
      'rect',
      'style',
      'svg',
      'text',
      'title',
    ])
    for (const [tag] of whole.matchAll(/<[^>]*>/g)) expect(tag).not.toMatch(/\son\w+\s*=/)
  })
})

describe('serials', () => {
  it('come back from the table that they were given in', () => {
    const serial = fc
      .stringMatching(/^[!"%&'()*+,\-./0-9:;<>?A-Z_a-z]{1,20}$/)
      .filter((s) => s.trim() === s && !/^['"\s]*[=+@-]/.test(s))
    fc.assert(
      fc.property(fc.uniqueArray(serial, { minLength: 1, maxLength: 20 }), (serials) => {
        const table = ['note,serial\r\n', ...serials.map((one) => csvRecord(['x', one]))].join('')
        expect(tableSerials(table)).toEqual(serials)
        expect(tableSerials(`\uFEFF${table}`)).toEqual(serials)
      }),
    )
  })

  it('may stand one on a line, or under another name', () => {
    expect(tableSerials('A1\nA2\n\nA3')).toEqual(['A1', 'A2', 'A3'])
    expect(tableSerials('品名;序列号\n肉;A1\n肉;"A""2"')).toEqual(['A1', 'A"2'])
  })

  it.each(['', '\n\n', 'A1\nA1', 'serial\n"A1', `A${'1\nA'.repeat(10_001)}`])('are not %#', (text) =>
    expect(() => tableSerials(text)).toThrow(),
  )

  it('are random, distinct and easy to tell apart', () => {
    const serials = randomSerials(10_000)
    expect(new Set(serials).size).toBe(10_000)
    expect(serials.join('')).toMatch(/^[23456789A-HJ-NP-Z]+$/)
    const counts = new Map<string, number>()
    for (const c of serials.join('')) counts.set(c, (counts.get(c) ?? 0) + 1)
    // 120,000 of 32: 3,750 each, and a twentieth more or less is seven standard deviations away.
    expect(counts.size).toBe(32)
    for (const count of counts.values()) expect(Math.abs(count - 3750)).toBeLessThan(450)
    for (const [count, length] of [
      [0, 12],
      [10_001, 12],
      [1.5, 12],
      [1, 9],
      [1, 21],
    ] as const)
      expect(() => randomSerials(count, length)).toThrow()
  })

  it('run from one number to another', () => {
    expect(rangeSerials('098', '101', 'P-')).toEqual(['P-098', 'P-099', 'P-100', 'P-101'])
    for (const [from, to] of [
      ['2', '1'],
      ['a', '2'],
      ['', ''],
      ['0', '10000'],
      ['-1', '2'],
    ] as const)
      expect(() => rangeSerials(from, to)).toThrow()
    expect(() => distinct(['A', 'B', 'A'])).toThrow(/twice/)
  })
})
