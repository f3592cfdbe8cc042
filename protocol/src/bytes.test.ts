import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { refusal } from './_refusal.ts'
import { character } from './_text.ts'
import {
  compare,
  concat,
  copy,
  equal,
  fromBase64,
  fromBase64Url,
  fromBigEndian,
  fromHex,
  fromUtf8,
  toBase64,
  toBase64Url,
  toHex,
  u16be,
  u32be,
  u64be,
  utf8,
} from './bytes.ts'

const anyBytes = fc.uint8Array({ maxLength: 100 })

test('concat, equal and compare agree with Buffer', () => {
  fc.assert(
    fc.property(anyBytes, anyBytes, (a, b) => {
      expect(concat(a, b)).toEqual(new Uint8Array(Buffer.concat([a, b])))
      expect(equal(a, b)).toBe(Buffer.compare(a, b) === 0)
      expect(equal(a, a.slice())).toBe(true)
      expect(Math.sign(compare(a, b))).toBe(Buffer.compare(a, b))
    }),
  )
  expect(concat()).toEqual(new Uint8Array(0))
})

test('a copy is new memory and a plain Uint8Array, also of a Buffer', () => {
  const buffer = Buffer.from('abcdef')
  const part = copy(buffer, 1, 3)
  part.fill(0)
  expect(buffer.toString()).toBe('abcdef')
  expect(part).toEqual(new Uint8Array(2))
  expect(copy(buffer)).toEqual(utf8('abcdef'))
})

describe('text forms of bytes', () => {
  const forms = [
    ['hex', toHex, fromHex, 'BYTES_HEX'],
    ['base64', toBase64, fromBase64, 'BYTES_BASE64'],
    ['base64url', toBase64Url, fromBase64Url, 'BYTES_BASE64'],
  ] as const

  test.each(forms)('%s is what Node writes, and reads back', (name, to, from) => {
    fc.assert(
      fc.property(anyBytes, (bytes) => {
        expect(to(bytes)).toBe(Buffer.from(bytes).toString(name))
        expect(from(to(bytes))).toEqual(bytes)
      }),
    )
  })

  test.each(forms)('%s has one text for one value: what is read is written the same', (name, to, from, code) => {
    const digits = name === 'hex' ? '0123456789abcdefAF ' : 'AQgwZz019+/-_= \n\u00e9'
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(...digits), maxLength: 12 }), (text) => {
        const refused = refusal(() => expect(to(from(text))).toBe(text))
        expect([undefined, code]).toContain(refused)
      }),
      { numRuns: 2_000 },
    )
  })

  test.each([
    ['set pad bits', 'AB=='],
    ['missing padding', 'AA'],
    ['too much padding', 'AA==='],
    ['padding alone', '='],
    ['padding inside', 'AA==AAAA'],
    ['a newline', 'AAAA\n'],
    ['the URL alphabet', '-_-_'],
    ['one digit', 'A'],
  ])('base64 with %s is refused', (_, text) => {
    expect(refusal(() => fromBase64(text))).toBe('BYTES_BASE64')
  })

  test.each(['AB', 'AA==', '+/+/', 'A', 'AAAAA'])('base64url %j is refused', (text) => {
    expect(refusal(() => fromBase64Url(text))).toBe('BYTES_BASE64')
  })

  test.each(['0', 'AB', 'zz', '0x00', ' 00', '00\n'])('hex %j is refused', (text) => {
    expect(refusal(() => fromHex(text))).toBe('BYTES_HEX')
  })
})

describe('UTF-8', () => {
  test('round trip of any well-formed text, BOM and all', () => {
    fc.assert(fc.property(fc.string({ unit: character }), (text) => void expect(fromUtf8(utf8(text))).toBe(text)))
    expect(fromUtf8(utf8('\ufeffa'))).toBe('\ufeffa')
  })

  test('any bytes are refused or read back to themselves', () => {
    fc.assert(
      fc.property(anyBytes, (bytes) => {
        const refused = refusal(() => expect(utf8(fromUtf8(bytes))).toEqual(bytes))
        expect([undefined, 'BYTES_UTF8']).toContain(refused)
      }),
    )
  })

  test.each([
    ['overlong', 'c0af'],
    ['encoded surrogate', 'eda080'],
    ['truncated', 'e282'],
    ['beyond U+10FFFF', 'f4908080'],
    ['lone continuation', '80'],
  ])('%s is refused', (_, hex) => {
    expect(refusal(() => fromUtf8(fromHex(hex)))).toBe('BYTES_UTF8')
  })

  test.each(['\ud800', 'a\udc00b', '\udc00\ud800'])('the lone surrogate in %j is refused', (text) => {
    expect(refusal(() => utf8(text))).toBe('BYTES_UTF8')
  })
})

describe('big-endian integers', () => {
  test('known answers', () => {
    expect(toHex(u16be(0x1234))).toBe('1234')
    expect(toHex(u32be(0xfedcba98))).toBe('fedcba98')
    expect(toHex(u64be(2 ** 53 - 1))).toBe('001fffffffffffff')
  })

  test('read back, up to 2^53', () => {
    fc.assert(fc.property(fc.maxSafeNat(), (n) => void expect(fromBigEndian(u64be(n))).toBe(n)))
    expect(refusal(() => fromBigEndian(fromHex('0020000000000000')))).toBe('BYTES_RANGE')
  })

  test.each([
    [u16be, 65_536],
    [u32be, 2 ** 32],
    [u64be, 2 ** 53],
    [u64be, -1],
    [u64be, 0.5],
    [u64be, Number.NaN],
  ])('%o refuses %d', (write, value) => {
    expect(refusal(() => write(value))).toBe('BYTES_RANGE')
  })
})
