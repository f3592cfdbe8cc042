import { checkSecret, parseSealedManifest, secretInFragment } from '@tristamp/protocol'
import { decodeQR } from 'qr/decode.js'
import { describe, expect, it } from 'vitest'
import type { Grid } from './client.ts'
import { serialTable } from './files.ts'
import { manifestOf, sealedPages, sealPacks } from './sealed.ts'
import { MOST, serialsOf } from './serials.ts'
import { type Dots, graphic, sealedZpl, withDrawnText } from './zpl.ts'

const GTIN = '09506000134352'
const ROLL: Grid = {
  width: 60,
  height: 40,
  columns: 1,
  rows: 1,
  label: { width: 60, height: 40 },
  left: 0,
  top: 0,
  stepX: 60,
  stepY: 40,
}
const WORDS = { title: '密封码', hint: '拆开后扫码', serial: '序列号' }

describe('serials', () => {
  it('are random, each once, of letters and digits that cannot be taken for others', () => {
    const serials = serialsOf({ way: 'random', count: '240' })!
    expect(new Set(serials).size).toBe(240)
    for (const serial of serials) expect(serial).toMatch(/^[2-9A-HJ-NP-Z]{12}$/)
  })

  it('run in a row, or are those of a list', () => {
    expect(serialsOf({ way: 'range', from: '098', to: '101', prefix: 'P' })).toEqual(['P098', 'P099', 'P100', 'P101'])
    expect(serialsOf({ way: 'list', list: ' A1\r\n\nB2 ' })).toEqual(['A1', 'B2'])
  })

  it.each([
    { way: 'random', count: '0' },
    { way: 'random', count: String(MOST + 1) },
    { way: 'random', count: '1e3' },
    { way: 'range', from: '2', to: '1', prefix: '' },
    { way: 'range', from: '1', to: '999999', prefix: '' },
    { way: 'range', from: '', to: '', prefix: '' },
    { way: 'list', list: '\n' },
    { way: 'list', list: 'A\nB\nA' },
    { way: 'list', list: Array.from({ length: MOST + 1 }, (_, i) => i).join('\n') },
  ] as const)('are not made from %j', (choice) => expect(serialsOf(choice)).toBeUndefined())

  it('stand in a table that no spreadsheet runs', async () => {
    const order = { template: 'a4-3x8', symbol: 'qr', language: 'zh', cuts: false } as const
    const table = await serialTable({ ...order, product: GTIN, lot: '+1,2', serials: ['A"1', '=1+1'] }).text()
    // Reading a blob as text drops the byte order mark.
    expect(table).toBe(`serial,gtin,lot,expiry\r\n"A""1",${GTIN},"'+1,2",\r\n'=1+1,${GTIN},"'+1,2",\r\n`)
  })
})

describe('sealed codes', () => {
  const packs = sealPacks(GTIN, 'http://127.0.0.1:8080', ['A1', 'B/2'])

  it('have their commitments in the manifest, and secrets of their own', () => {
    const manifest = manifestOf(packs)
    const commitments = parseSealedManifest(manifest)
    const [one, other] = packs as [(typeof packs)[0], (typeof packs)[0]]
    expect([...commitments.keys()]).toEqual([one.subject, other.subject])
    expect(checkSecret(one.subject, one.secret, commitments.get(one.subject)!)).toBe(true)
    expect(checkSecret(one.subject, other.secret, commitments.get(one.subject)!)).toBe(false)
    for (const { secret } of packs) expect(manifest).not.toContain(secret)
  })

  it('are drawn so that they can be read, with what people need beside', () => {
    const pages = sealedPages(ROLL, packs, WORDS)!
    expect(pages).toHaveLength(2)
    for (const [i, page] of pages.entries()) {
      const { address, secret, serial } = packs[i]!
      expect(read(page)).toBe(address)
      expect(secretInFragment(new URL(address).hash)).toBe(secret)
      expect(page).toContain(secret.match(/.{4}/g)!.join('-'))
      expect(page).toContain(`序列号 ${serial}`)
    }
  })

  it('are not squeezed onto a label that is too small, and their words are text', () => {
    expect(sealedPages({ ...ROLL, label: { width: 20, height: 10 } }, packs, WORDS)).toBeUndefined()
    const hostile = sealedPages(ROLL, packs, { ...WORDS, hint: '</text><script>' })!
    expect(hostile.join('')).not.toContain('<script')
  })
})

describe('ZPL', () => {
  const drawnAs: string[] = []
  const draw = (text: string, size: number): Dots => {
    drawnAs.push(text)
    return { width: 9, height: size, dark: new Uint8Array(9 * size).fill(1) }
  }

  it('has dots for letters that a printer may not have, and every other line as the node made it', () => {
    const before = [
      '^XA^CI28^PW480^LL320^LH0,0',
      '^FO1,2^GFA,1,1,1,FF^FS',
      '^FO9,9^A0N,14,13^FH_^FD(21) A_5EX^FS',
      '^XZ',
      '',
    ]
    const chinese = '^FO143,81^A@N,24,24,E:SIMSUN.FNT^FH_^FD_E7_8C_AA _5EXA_5F^FS'
    const after = withDrawnText([...before, chinese].join('\n'), draw).split('\n')
    expect(after.slice(0, -1)).toEqual(before)
    expect(drawnAs.at(-1)).toBe('猪 ^XA_')
    expect(after.at(-1)).toBe(`^FO143,81^GFA,48,48,2,FF80${':'.repeat(23)}^FS`)
  })

  it('of sealed codes has nothing but dots, and no secret in letters', () => {
    const packs = sealPacks(GTIN, 'http://127.0.0.1:8080', ['A1', 'B/2'])
    const zpl = sealedZpl(ROLL, packs, { ...WORDS, hint: '^XZ~JR' }, draw)!
    expect(zpl.match(/\^XA/g)).toHaveLength(2)
    expect(zpl).not.toMatch(/\^FD|~/)
    for (const { secret } of packs) expect(zpl).not.toContain(secret)
    expect(sealedZpl({ ...ROLL, label: { width: 20, height: 10 } }, packs, WORDS, draw)).toBeUndefined()
  })

  it('says runs by their length', () => {
    const dark = new Uint8Array(8 * 60)
    expect(graphic({ width: 480, height: 1, dark })).toBe('^GFA,60,60,60,l0')
    const twice = Uint8Array.of(1, 0, 1, 0, 0, 0, 0, 0, 1, 0, 1, 0, 0, 0, 0, 0)
    expect(graphic({ width: 8, height: 2, dark: twice })).toBe('^GFA,2,2,1,A0:')
  })
})

/** The one code of a page as pixels, read by the small decoder. */
function read(svg: string): string {
  const cells = [...svg.matchAll(/M(\d+) (\d+)h1v1h-1z/g)].map(([, x, y]) => [Number(x), Number(y)] as const)
  const scale = 6
  const side = (Math.max(...cells.map(([x]) => x)) + 5) * scale
  const data = new Uint8Array(side * side * 4).fill(255)
  for (const [x, y] of cells)
    for (let py = y * scale; py < (y + 1) * scale; py++)
      data.fill(0, (py * side + x * scale) * 4, (py * side + (x + 1) * scale) * 4)
  for (let i = 3; i < data.length; i += 4) data[i] = 255
  return decodeQR({ width: side, height: side, data })
}
