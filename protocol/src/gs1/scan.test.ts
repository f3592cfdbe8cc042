import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { cases } from '../_epcis-vectors.ts'
import { refusal } from '../_refusal.ts'
import { formatElementString } from './element-string.ts'
import { parseScan, type Scan } from './scan.ts'

/** The names of the vectors for what our symbologies are called. */
const NAMES: Record<string, string> = {
  'GS1-128': 'GS1_128_CCA',
  'GS1 DataMatrix': 'DM',
  'Data Matrix': 'DM',
  'GS1 QR Code': 'QR',
  'QR Code': 'QR',
  'GS1 DataBar': 'DataBarExpanded',
  'GS1 DotCode': 'DotCode',
  DotCode: 'DotCode',
  'EAN-13': 'EAN13',
  'EAN-8': 'EAN8',
}

/** The vectors' one text for a scan: ^ for FNC1, a backslash before a plain text that begins with one. */
function dataOf(scan: Scan): string {
  if (scan.symbology.startsWith('EAN')) {
    const [digits, component] = scan.text.split('|]e0')
    return component === undefined ? digits! : `${digits}|^${component.replaceAll('\x1d', '^')}`
  }
  if (scan.carrier === 'gs1') return `^${formatElementString(scan.elements!).replaceAll('\x1d', '^')}`
  return /^\\*\^/.test(scan.text) ? `\\${scan.text}` : scan.text
}

describe('vectors', () => {
  // A plain QR Code with any web address is a scan to us, of carrier 'uri' without elements: it may be a producer's own identifier.
  const LENIENT = ']Q1https://a/NOPRIMARYAI'
  const all = cases<{ scan: string; valid: boolean; symbology: string; data: string }>('scan-data/parse').filter(
    (c) => c.scan !== LENIENT,
  )

  test.skipIf(all.length === 0)('frames are read or refused', () => {
    expect(all).toHaveLength(28)
    for (const { scan, valid, symbology, data } of all) {
      expect([scan, refusal(() => parseScan(scan)) === undefined]).toEqual([scan, valid])
      if (valid) expect([NAMES[parseScan(scan).symbology], dataOf(parseScan(scan))]).toEqual([symbology, data])
    }
  })

  // Only the reading side is ours: the generator's frames must come back.
  const made = cases<{ symbology: string; barcode: string; scan: string | null }>('scan-data/generate').filter(
    (c) => c.scan !== null,
  )
  test.skipIf(made.length === 0)('frames that other programs make are read', () => {
    for (const { scan } of made) expect([scan, refusal(() => parseScan(scan!))]).toEqual([scan, undefined])
  })
})

test('a GS1 symbol has elements', () => {
  const scan = parseScan(']d20109506000134352\x1d17261201\x1d10L7\x1d21A001')
  expect(scan).toMatchObject({ symbology: 'GS1 DataMatrix', carrier: 'gs1' })
  expect([...scan.elements!]).toEqual([
    ['01', '09506000134352'],
    ['17', '261201'],
    ['10', 'L7'],
    ['21', 'A001'],
  ])
})

test('a Digital Link in a plain QR Code is an address with elements', () => {
  const scan = parseScan(']Q1http://192.0.2.7:8080/01/09506000134352/10/L7?17=261201')
  expect(scan).toMatchObject({ symbology: 'QR Code', carrier: 'uri' })
  expect([...scan.elements!]).toEqual([
    ['01', '09506000134352'],
    ['10', 'L7'],
    ['17', '261201'],
  ])
})

test('a Digital Link with a wrong check digit is refused, another address is an address', () => {
  expect(refusal(() => parseScan(']Q1https://a.example/01/09506000134353'))).toBe('GS1_CHECK_DIGIT')
  expect(parseScan(']Q1https://a.example/menu')).toEqual({
    symbology: 'QR Code',
    carrier: 'uri',
    text: 'https://a.example/menu',
  })
})

test('plain symbols carry text, such as a command', () => {
  expect(parseScan(']C0tristamp:do/ship')).toEqual({ symbology: 'Code 128', carrier: 'text', text: 'tristamp:do/ship' })
})

test('without AIM identifier nothing is guessed', () => {
  expect(parseScan('010950600013435210L7')).toEqual({
    symbology: 'unknown',
    carrier: 'text',
    text: '010950600013435210L7',
  })
  expect(parseScan('https://id.gs1.org/01/09506000134352').carrier).toBe('uri')
})

test('a retail symbol is the product', () => {
  expect(parseScan(']E09506000134352').elements?.get('01')).toBe('09506000134352')
  expect(refusal(() => parseScan(']E09506000134353'))).toBe('GS1_CHECK_DIGIT')
})

test('noise is read or refused, never more', () => {
  const ids = fc.constantFrom(']C1', ']d2', ']d1', ']Q3', ']Q1', ']e0', ']J1', ']E0', ']E4', ']X', ']', '')
  fc.assert(
    fc.property(
      ids,
      fc.oneof(fc.string(), fc.string({ unit: 'binary' })),
      (id, text) => void refusal(() => parseScan(id + text)),
    ),
  )
})
