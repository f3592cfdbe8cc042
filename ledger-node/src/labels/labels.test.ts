import { checkSecret, parseScan, parseSecret, secretInFragment } from '@tristamp/protocol'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { LedgerError } from '../error.ts'
import { printed } from './_printer.ts'
import { type Read, rasterised, readSymbols } from './_read.ts'
import { type Face, faceOf, LEAST_MODULE, type Symbols, TILL_MODULE } from './face.ts'
import { grouped, gtinOf, type Label, type LabelOrder, labelOf, labelOrder } from './order.ts'
import { labelPng, symbolPng } from './png.ts'
import { commitmentFor, sealed, sealedFace } from './sealed.ts'
import { randomSerials } from './serials.ts'
import { drawable, strokesOf } from './stroke-font.ts'
import { labelSvg, pageSvg } from './svg.ts'
import { SHEETS, templateOf, wholeLabels } from './template.ts'
import { zplLabel, zplOptions } from './zpl.ts'
import { graphicField } from './zpl-graphic.ts'

/** A decoder that tries hard takes its time on a busy machine. */
const LONG = { timeout: 180_000 }
const ORDER: LabelOrder = {
  gtin: '09506000134352',
  lot: 'L20261122A',
  expiry: '2026-12-01',
  base: 'https://trace.example.org',
  name: { zh: '恩施黑猪五花肉', en: 'Enshi black pork belly' },
  spec: { zh: '500 g 冷鲜', en: '500 g, chilled' },
  language: 'zh',
}
const label = (serial = 'K7M2QX9ABCDE', order: Partial<LabelOrder> = {}): Label =>
  labelOf(labelOrder({ ...ORDER, ...order }), serial)
const codeOf = (work: () => unknown): string => {
  try {
    work()
    return 'made'
  } catch (error) {
    return (error as LedgerError).code
  }
}

// GS1's set for serials and lots, but for what no path of an address can hold.
const cset = fc
  .stringMatching(/^[!"%&'()*+,\-./0-9:;<=>?A-Z_a-z]{1,20}$/)
  .filter((text) => text !== '.' && text !== '..')

describe('a label', () => {
  it('carries a Digital Link that scanners and the ledger read as the same thing', () => {
    const { link, address, subject } = label()
    expect(link).toBe('HTTPS://TRACE.EXAMPLE.ORG/01/09506000134352/10/L20261122A/21/K7M2QX9ABCDE?17=261201')
    expect(address).toBe('HTTPS://TRACE.EXAMPLE.ORG/01/09506000134352/21/K7M2QX9ABCDE')
    expect(subject).toBe('https://id.gs1.org/01/09506000134352/21/K7M2QX9ABCDE')
    expect(Object.fromEntries(parseScan(link).elements!)).toEqual({
      '01': '09506000134352',
      '10': 'L20261122A',
      '17': '261201',
      '21': 'K7M2QX9ABCDE',
    })
  })

  it.each<[Partial<LabelOrder>, string]>([
    [{ gtin: '09506000134353' }, 'GS1_CHECK_DIGIT'],
    [{ lot: '批号' }, 'GS1_AI_VALUE'],
    [{ lot: 'A'.repeat(21) }, 'GS1_AI_VALUE'],
    [{ expiry: '2026-02-30' }, 'LABEL_INVALID'],
    [{ expiry: '261201' }, 'LABEL_INVALID'],
    [{ expiry: '1999-01-01' }, 'LABEL_INVALID'],
    [{ base: 'javascript:alert(1)' }, 'LABEL_INVALID'],
    [{ base: 'https://user:pass@trace.example.org' }, 'LABEL_INVALID'],
    [{ base: 'https://trace.example.org/?next=' }, 'LABEL_INVALID'],
    [{ base: 'https://trace.example.org/#s=' }, 'LABEL_INVALID'],
    [{ base: `https://${'a'.repeat(100)}.org` }, 'LABEL_INVALID'],
    [{ name: { zh: '肉'.repeat(201), en: '' } }, 'LABEL_INVALID'],
  ])('is refused with %j', (order, code) => expect(codeOf(() => label('A', order))).toBe(code))

  it('takes the product as a number or as its Digital Link', () => {
    for (const product of ['9506000134352', '09506000134352', 'https://id.gs1.org/01/09506000134352'])
      expect(gtinOf(product)).toBe('09506000134352')
    for (const product of ['', '950600013435', '../etc', 'https://id.gs1.org/414/9506000134307'])
      expect(codeOf(() => label('A', { gtin: gtinOf(product) }))).not.toBe('made')
  })

  it('shows names on one line, without what turns text around', () => {
    const { order } = label('A', { name: { zh: '肉\u202e\n\u0007\ufeff  饼\u2028', en: 'x\ud800y' } })
    expect(order.name).toEqual({ zh: '肉 饼', en: 'xy' })
  })

  it('groups serials that are letters and digits', () => {
    expect([grouped('K7M2QX9ABCDE'), grouped('12345'), grouped('A-1/2')]).toEqual(['K7M2 QX9A BCDE', '1234 5', 'A-1/2'])
  })
})

describe('drawn', LONG, () => {
  const read = async (symbols: Symbols, template: string, one: Label): Promise<Record<string, string>> => {
    const { label: size } = templateOf(template)
    const found = await readSymbols(rasterised(labelSvg(faceOf(one, size, symbols)), 12))
    return Object.fromEntries(found.map(({ format, identifier, text }) => [`${format} ${identifier}`, text]))
  }

  it.each([...Object.keys(SHEETS), '60x40', '50x30'])('on %s it is read by a foreign decoder', async (template) => {
    const { link } = label()
    const gs1 = '010950600013435210L20261122A\x1d1726120121K7M2QX9ABCDE'
    expect(await read('qr', template, label())).toEqual({ 'QRCode ]Q1': link })
    expect(await read('datamatrix', template, label())).toEqual({ 'DataMatrix ]d2': gs1 })
  })

  it('shows both symbols where there is room', async () => {
    expect(Object.keys(await read('both', 'a4-3x8', label()))).toHaveLength(2)
  })

  it('has modules that tills read on every sheet and roll, where its address is not long', () => {
    const drawn: [string, ...(number | undefined)[]][] = [
      ['a4-3x8', undefined, 300 / 25.4],
      ['a4-4x10', undefined, 300 / 25.4],
      ['a4-2x7', undefined, 300 / 25.4],
      ['letter-3x10', undefined, 300 / 25.4],
      ['letter-2x5', undefined, 300 / 25.4],
      ['60x40', undefined, 8, 203 / 25.4, 12, 24],
      ['50x30', undefined, 8, 203 / 25.4, 12, 24],
    ]
    for (const [template, ...resolutions] of drawn)
      for (const dots of resolutions)
        for (const { module } of faceOf(label(), templateOf(template).label, 'qr', dots).symbols)
          expect([template, dots, module, module >= TILL_MODULE]).toEqual([template, dots, module, true])
  })

  it('carries every serial and lot of GS1’s set, in both symbols', async () => {
    await fc.assert(
      fc.asyncProperty(cset, cset, async (serial, lot) => {
        const one = label(serial, { lot })
        const { symbols } = faceOf(one, { width: 110, height: 110 }, 'both')
        for (const { matrix } of symbols) {
          const [found] = await readSymbols(symbolPng(matrix, 4, 300))
          const elements = parseScan(`${found!.identifier}${found!.text}`).elements!
          expect(Object.fromEntries(elements)).toEqual(Object.fromEntries(one.elements))
        }
      }),
      { numRuns: 20 },
    )
  })

  it.each(Object.entries(SHEETS))('lies whole on the page on every place of %s, and on no other', (_, template) => {
    const { columns, rows, left, top, stepX, stepY, width, height, label: size } = template
    expect(left + (columns - 1) * stepX + size.width).toBeLessThanOrEqual(width)
    expect(top + (rows - 1) * stepY + size.height).toBeLessThanOrEqual(height)
    expect([stepX >= size.width, stepY >= size.height]).toEqual([true, true])
  })

  it.each(Object.entries(SHEETS))(
    'of %s leaves the edge of the paper free, where printers do not print',
    (_, template) => {
      const { columns, rows, left, top, stepX, stepY, width, height, label: size } = template
      const { symbols, lines } = faceOf(label(), size, 'qr')
      const [{ matrix, module, x, y }] = symbols as [(typeof symbols)[number]]
      const firstX = left + Math.min(x, ...lines.map((line) => line.x))
      const firstY = top + Math.min(y, ...lines.map((line) => line.y - line.size))
      const lastY = Math.max(y + matrix.height * module, ...lines.map((line) => line.y))
      expect(firstX).toBeGreaterThanOrEqual(4.2)
      expect(firstY).toBeGreaterThanOrEqual(4.2)
      // How wide letters get is the font's: all that is theirs ends before the edge.
      expect(width - (left + (columns - 1) * stepX + size.width - 1.5)).toBeGreaterThanOrEqual(4.2)
      expect(height - (top + (rows - 1) * stepY + lastY)).toBeGreaterThanOrEqual(4.2)
    },
  )

  it('has a long name on two lines where there is room, and cuts it where there is none', () => {
    const en = 'Yunling black pork belly, skin on, chilled, 500 g tray'
    const zh = '云岭黑猪冷鲜五花肉带皮特级五百克装生态放养一百八十天以上'
    const linesOn = (size: { width: number; height: number }, name: string): string[] =>
      faceOf(label('K7M2QX9ABCDE', { name: { zh: name, en: name } }), size, 'qr').lines.map(({ text }) => text)
    const [first, second, third] = linesOn(templateOf('letter-2x5').label, en)
    expect([first, second]).toEqual([expect.stringMatching(/^Yunling black pork .*[a-z,]$/), expect.any(String)])
    expect(`${first} ${second}`).toBe(en)
    expect(third).not.toContain('tray')
    const chinese = linesOn(templateOf('a4-3x8').label, zh)
    expect(`${chinese[0]}${chinese[1]}`).toBe(zh)
    // Where the middle is a bracket, it goes with what it opens.
    const bracket = '云岭黑猪冷鲜五花肉切片（带皮）特级五百克装生态放养'
    const [opened = '', closed = ''] = linesOn(templateOf('a4-3x8').label, bracket)
    expect(`${opened}${closed}`).toBe(bracket)
    expect([/（$/.test(opened), /^）/.test(closed)]).toEqual([false, false])
    // A word with an accent is one word.
    const accents = 'éééééééééééééééééééééééééé ééééééééééééééééééé éééééééé'
    expect(linesOn(templateOf('letter-2x5').label, accents)[0]).toMatch(/^é{26}(?: é{19})?$/)
    // What fits smaller stays on one.
    expect(linesOn(templateOf('a4-3x8').label, 'Enshi black pork belly')[0]).toBe('Enshi black pork belly')
    const small = linesOn({ width: 50, height: 25 }, en)
    expect([small[0], small.filter((line) => en.includes(line.replace('…', '')))]).toEqual([
      expect.stringMatching(/^Yun.*…$/),
      [small[0]],
    ])
  })

  it('is as large one at a time as on its sheet, and cut there where the sheet is', () => {
    const sheet = SHEETS['a4-3x8']!
    expect(wholeLabels(sheet)).toMatchObject({ label: { width: 70, height: 37 }, left: 0, top: 0.5 })
    const page = pageSvg(sheet, [faceOf(label(), sheet.label, 'qr')], true)
    expect(page).toContain('translate(3 3)"><rect x="-3" y="-2.5" width="70" height="37"')
  })

  it('is whole on every place of a sheet', async () => {
    const template = SHEETS['a4-3x8']!
    const labels = randomSerials(24).map((serial) => label(serial))
    const page = pageSvg(
      template,
      labels.map((one) => faceOf(one, template.label, 'qr')),
    )
    const found = await readSymbols(rasterised(page, 8))
    expect(found.length).toBe(24)
    expect(new Set(found.map(({ text }) => text))).toEqual(new Set(labels.map(({ link }) => link)))
  })

  it('keeps modules, letters and quiet zones at sizes that can be read, or is refused', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 20, max: 110 }),
        fc.integer({ min: 20, max: 110 }),
        cset,
        fc.constantFrom<Symbols>('qr', 'datamatrix', 'both'),
        fc.string({ unit: 'grapheme', maxLength: 60 }),
        (width, height, lot, symbols, name) => {
          try {
            const face = faceOf(
              label('K7M2QX9ABCDE', { lot, name: { zh: name, en: name } }),
              { width, height },
              symbols,
            )
            for (const { matrix, module, x, y } of face.symbols) {
              const quiet = matrix.quiet * module
              expect(module).toBeGreaterThanOrEqual(LEAST_MODULE)
              expect(Math.min(x, y) - quiet).toBeGreaterThanOrEqual(1.49)
              expect(x + matrix.width * module + quiet).toBeLessThanOrEqual(width - 1.49)
              expect(y + matrix.height * module + quiet).toBeLessThanOrEqual(height - 1.49)
            }
            for (const { size, y, x } of face.lines) {
              expect(size).toBeGreaterThanOrEqual(1.39)
              expect(y).toBeLessThanOrEqual(height - 1)
              expect(x).toBeLessThan(width)
            }
          } catch (error) {
            if (!(error instanceof LedgerError)) throw error
            expect(error.code).toBe('LABEL_SPACE')
          }
        },
      ),
    )
  })
})

describe('a sealed code', LONG, () => {
  it('is drawn for people and for phones; its commitment is all that the manifest has', async () => {
    const one = sealed(label())
    const [subject, commitment] = commitmentFor(one)
    const face = sealedFace(one, { width: 50, height: 30 })
    const [found] = await readSymbols(rasterised(labelSvg(face), 12))
    const { hash, pathname } = new URL(found!.text)
    expect(pathname).toBe('/01/09506000134352/21/K7M2QX9ABCDE')
    expect(checkSecret(subject, secretInFragment(hash)!, commitment)).toBe(true)
    const printed = face.lines.find(({ text }) => /^(\w{4}-){3}\w{4}$/.test(text))!
    expect(parseSecret(printed.text)).toBe(secretInFragment(hash))
    expect(commitmentFor(sealed(label()))[1]).not.toBe(commitment)
  })
})

// What is handed out, as it comes out of a printer or a file: dots of the resolution, with its text on it.
describe('every form', LONG, () => {
  const { link, elements } = label()
  const gs1 = `01${elements.get('01')}10${elements.get('10')}\x1d17${elements.get('17')}21${elements.get('21')}`
  const [png, zpl] = [
    (dpi: number) => (make: (dots?: number) => Face) => readSymbols(labelPng(make(dpi / 25.4), dpi)),
    (dpi: string) => (make: (dots?: number) => Face) => {
      const options = zplOptions(dpi)
      return readSymbols(printed(zplLabel(make(options.dots), options)))
    },
  ]
  const FORMS: Record<string, (make: (dots?: number) => Face) => Promise<Read[]>> = {
    'SVG and HTML': (make) => readSymbols(rasterised(labelSvg(make()), 12)),
    'PNG, 203 dpi': png(203),
    'PNG, 300 dpi': png(300),
    'PNG, 600 dpi': png(600),
    'ZPL, 203 dpi': zpl('203'),
    'ZPL, 300 dpi': zpl('300'),
    'ZPL, 600 dpi': zpl('600'),
  }
  const told = (found: Read[]): string[] =>
    found.map(({ identifier, text }) => `${identifier} ${text}`).sort((a, b) => (a < b ? -1 : 1))

  for (const [form, read] of Object.entries(FORMS)) {
    it(`${form}: has its symbols read, and text does not get in their way`, async () => {
      const size = templateOf('60x40').label
      const of = (symbols: Symbols) => (dots?: number) => faceOf(label(), size, symbols, dots)
      expect(told(await read(of('qr')))).toEqual([`]Q1 ${link}`])
      expect(told(await read(of('datamatrix')))).toEqual([`]d2 ${gs1}`])
      expect(told(await read(of('both')))).toEqual([`]Q1 ${link}`, `]d2 ${gs1}`])
      const one = sealed(label())
      const [secret] = await read((dots) => sealedFace(one, { width: 50, height: 30 }, dots))
      expect(checkSecret(...commitmentOf(one, secret!.text))).toBe(true)
    })

    // At more dots the same modules are only larger.
    if (!/300|600/.test(form))
      it(`${form}: has the longest Digital Link read`, async () => {
        // Every character of lot and serial takes three in an address.
        const base = `https://${'long.'.repeat(17)}org/x`
        const longest = label('%'.repeat(20), { base, lot: '/'.repeat(20) })
        expect(base.length).toBeGreaterThan(94)
        expect(longest.link.length).toBeGreaterThan(250)
        const make = (dots?: number): Face => faceOf(longest, { width: 110, height: 110 }, 'both', dots)
        expect((await read(make)).map(({ text }) => text)).toContain(longest.link)
        expect(await read(make)).toHaveLength(2)
      })
  }

  const commitmentOf = (one: ReturnType<typeof sealed>, address: string): [string, string, string] => {
    const [subject, commitment] = commitmentFor(one)
    return [subject, secretInFragment(new URL(address).hash)!, commitment]
  }
})

describe('dots', () => {
  it('come back from what a printer is told, whatever they are', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 900 }), fc.integer({ min: 1, max: 6 }), fc.nat(), (width, height, seed) => {
        const dark = Uint8Array.from({ length: width * height }, (_, i) => ((seed >> ((i >> 3) % 30)) & 1 ? 1 : 0))
        const { data, width: w } = printed(
          `^XA^PW${width}^LL${height}^FO0,0${graphicField({ width, height, dark })}^FS^XZ`,
        )
        const back = Uint8Array.from(dark, (_, i) =>
          data[4 * (Math.floor(i / width) * w + (i % width))] === 0 ? 1 : 0,
        )
        expect(back).toEqual(dark)
      }),
    )
  })

  it('make every character of GS1’s set and of English, each its own', () => {
    const ascii = Array.from({ length: 0x7f - 0x20 }, (_, i) => String.fromCharCode(0x20 + i))
    expect(drawable(ascii.join(''))).toBe(ascii.join(''))
    expect(new Set(ascii.map((one) => JSON.stringify(strokesOf(one)))).size).toBe(ascii.length)
    for (const one of ascii)
      for (const [x, y] of strokesOf(one).flat()) expect(x >= 0 && x <= 4 && y >= 0 && y <= 8).toBe(true)
    expect([drawable('Crème brûlée – 2×'), drawable('猪')]).toEqual(['Creme brulee - 2x', undefined])
  })
})
