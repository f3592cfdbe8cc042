import { Tagged as CborgTagged, decode, encode, rfc8949EncodeOptions } from 'cborg'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { flip, refusal } from './_refusal.ts'
import { character } from './_text.ts'
import { fromHex, toHex } from './bytes.ts'
import { decodeCbor, encodeCbor, Tagged } from './cbor.ts'

const limits = { maxBytes: 10_000 }

/** Values of the accepted subset, as they are decoded. */
const anyValue = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 5 },
    fc.maxSafeInteger(),
    fc.integer({ min: -30, max: 300 }),
    fc.string({ unit: character }).filter((text) => !text.includes('\ufeff')),
    fc.uint8Array({ maxLength: 40 }),
    fc.constantFrom(null, true, false),
    fc.array(tie('value'), { maxLength: 4 }),
    fc
      .uniqueArray(fc.tuple(fc.oneof(fc.integer(), fc.string()), tie('value')), {
        selector: ([key]) => key,
        maxLength: 4,
      })
      .map((entries) => new Map(entries)),
  ),
})).value

/** What cborg makes of it: a strict decoder that is not ours, with encoding again to compare. Undefined where it refuses. */
function byAnother(bytes: Uint8Array): unknown {
  const options = { strict: true, allowIndefinite: false, allowUndefined: false, allowNaN: false, allowInfinity: false }
  const more = { allowBigInt: false, rejectDuplicateMapKeys: true, useMaps: true, tags: CborgTagged.preserve(18) }
  try {
    const value: unknown = decode(bytes, { ...options, ...more })
    return toHex(encode(value, rfc8949EncodeOptions)) === toHex(bytes) && isOurs(value) ? ours(value) : undefined
  } catch {
    return undefined
  }
}

/** Floats, and keys of other kinds, are well-formed CBOR but not of our subset. */
function isOurs(value: unknown): boolean {
  if (typeof value === 'number') return Number.isSafeInteger(value)
  if (Array.isArray(value)) return value.every(isOurs)
  if (value instanceof CborgTagged) return isOurs(value.value)
  if (!(value instanceof Map)) return value !== undefined
  return [...value].every(([k, v]) => (typeof k === 'string' || typeof k === 'number') && isOurs(k) && isOurs(v))
}

function ours(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(ours)
  if (value instanceof CborgTagged) return new Tagged(value.tag, ours(value.value))
  if (value instanceof Map) return new Map([...value].map(([key, item]) => [key, ours(item)]))
  return value instanceof Uint8Array ? new Uint8Array(value) : value
}

/** As decodeCbor, undefined where it refuses. */
function byUs(bytes: Uint8Array): unknown {
  let value: unknown
  refusal(() => {
    value = decodeCbor(bytes, { maxBytes: 10_000, maxDepth: 50 })
  })
  return value
}

describe('another implementation agrees', () => {
  test('on what is written', () => {
    fc.assert(
      fc.property(anyValue, (value) => {
        expect(toHex(encodeCbor(value))).toBe(toHex(encode(value, rfc8949EncodeOptions)))
      }),
    )
  })

  test('on what is read, be it accepted or refused', () => {
    const head = fc.constantFrom(
      0x00,
      0x17,
      0x18,
      0x19,
      0x1b,
      0x20,
      0x41,
      0x61,
      0x78,
      0x80,
      0x82,
      0xa0,
      0xa1,
      0xa2,
      0xd2,
      0xf4,
      0xf6,
      0xf9,
    )
    const noise = fc.array(fc.oneof(head, fc.nat(255)), { maxLength: 30 }).map((bytes) => Uint8Array.from(bytes))
    const check = (bytes: Uint8Array) => expect(byUs(bytes)).toEqual(byAnother(bytes))
    fc.assert(
      fc.property(noise, (bytes) => void check(bytes)),
      { numRuns: 20_000 },
    )
    fc.assert(
      fc.property(anyValue, fc.nat(), fc.nat(255), (value, at, byte) => {
        const bytes = encodeCbor(value)
        check(bytes)
        check(flip(bytes, at % (bytes.length * 8)))
        check(bytes.subarray(0, at % bytes.length))
        bytes[at % bytes.length] = byte
        check(bytes)
      }),
      { numRuns: 3_000 },
    )
  })
})

describe('what is written', () => {
  // RFC 8949 Appendix A, those that our subset has.
  test.each([
    [0, '00'],
    [23, '17'],
    [24, '1818'],
    [100, '1864'],
    [1000, '1903e8'],
    [1_000_000, '1a000f4240'],
    [1_000_000_000_000, '1b000000e8d4a51000'],
    [-1, '20'],
    [-1000, '3903e7'],
    [2 ** 53 - 1, '1b001fffffffffffff'],
    [-(2 ** 53 - 1), '3b001ffffffffffffe'],
    [false, 'f4'],
    [true, 'f5'],
    [null, 'f6'],
    [fromHex('01020304'), '4401020304'],
    ['IETF', '6449455446'],
    ['\u6c34', '63e6b0b4'],
    ['\u{10151}', '64f0908591'],
    [[1, [2, 3], [4, 5]], '8301820203820405'],
    [new Map(), 'a0'],
    [{ a: 1, b: [2, 3] }, 'a26161016162820203'],
    [new Tagged(18, []), 'd280'],
  ])('%j is %s', (value, hex) => expect(toHex(encodeCbor(value))).toBe(hex))

  test('map keys are in the bytewise order of RFC 8949 §4.2.1, whatever the order they came in', () => {
    // The example of that section, without the keys of kinds we refuse.
    const keys = ['aa', -1, 100, 'z', 10, -65_537]
    for (const order of [keys, keys.toReversed()])
      expect(toHex(encodeCbor(new Map(order.map((key) => [key, 0]))))).toBe(
        'a60a00186400' + '20003a0001000000' + '617a0062616100',
      )
  })

  test.each([
    ['a fraction', 0.5],
    ['NaN', Number.NaN],
    ['infinity', Number.POSITIVE_INFINITY],
    ['2^53', 2 ** 53],
    ['-2^53', -(2 ** 53)],
    ['a bigint', 1n],
    ['undefined', undefined],
    ['undefined inside', { a: undefined }],
    ['a lone surrogate', '\ud800'],
    ['a lone surrogate as key', new Map([['\ud800', 1]])],
    ['a function', () => 0],
    ['a symbol', Symbol('s')],
    ['a date', new Date(0)],
    [
      'a map with an array as key',
      new Map([
        [[1], 1],
        [[2], 2],
      ]),
    ],
  ])('%s is refused', (_, value) => expect(refusal(() => encodeCbor(value))).toBe('CBOR_SHAPE'))

  test('a cycle is refused', () => {
    const cycle: unknown[] = []
    cycle.push(cycle)
    expect(refusal(() => encodeCbor(cycle))).toBe('CBOR_SHAPE')
  })

  test('the bytes are not shared with anyone', () => {
    for (const value of [
      1,
      'x',
      [1, 'x'],
      ['x'.repeat(50), new Uint8Array(50)],
      [new Uint8Array(200)],
      new Map([[1, [2, 3]]]),
    ]) {
      const bytes = encodeCbor(value)
      const hex = toHex(bytes)
      expect(bytes.constructor).toBe(Uint8Array)
      expect(bytes.buffer.byteLength).toBe(bytes.length)
      bytes.fill(99)
      expect(toHex(encodeCbor(value))).toBe(hex)
    }
  })
})

describe('what is read', () => {
  test('every value reads back', () => {
    fc.assert(fc.property(anyValue, (value) => void expect(decodeCbor(encodeCbor(value), limits)).toEqual(value)))
  })

  test('byte strings are copies', () => {
    const bytes = fromHex('8141ff')
    const value = decodeCbor(bytes, limits)
    bytes.fill(0)
    expect(value).toEqual([Uint8Array.of(255)])
    expect(decodeCbor(Buffer.from('41ff', 'hex'), limits)?.constructor).toBe(Uint8Array)
  })

  test('any bytes are refused with a code of CBOR, or encode back to themselves', () => {
    const check = (bytes: Uint8Array) => {
      const refused = refusal(() => expect(encodeCbor(decodeCbor(bytes, limits))).toEqual(bytes))
      expect([undefined, 'CBOR_MALFORMED', 'CBOR_NOT_CANONICAL', 'CBOR_DEPTH']).toContain(refused)
    }
    fc.assert(fc.property(fc.uint8Array({ maxLength: 60 }), check), { numRuns: 3_000 })
    fc.assert(
      fc.property(anyValue, fc.nat(), (value, at) => {
        const bytes = encodeCbor(value)
        check(flip(bytes, at % (bytes.length * 8)))
        check(bytes.subarray(0, at % bytes.length))
      }),
      { numRuns: 2_000 },
    )
  })

  test.each([
    ['nothing', '', 'CBOR_MALFORMED'],
    ['duplicate integer key', 'a201000100', 'CBOR_MALFORMED'],
    ['duplicate text key', 'a2616100616100', 'CBOR_MALFORMED'],
    ['byte string as key', 'a1414100', 'CBOR_MALFORMED'],
    ['two equal byte strings as keys', 'a2414100414100', 'CBOR_MALFORMED'],
    ['array as key', 'a1810000', 'CBOR_MALFORMED'],
    ['boolean as key', 'a1f500', 'CBOR_MALFORMED'],
    ['keys out of order', 'a202000100', 'CBOR_NOT_CANONICAL'],
    ['keys in length-first order', 'a3182400' + '2000' + '0a00', 'CBOR_NOT_CANONICAL'],
    ['indefinite array', '9f01ff', 'CBOR_MALFORMED'],
    ['indefinite map', 'bf0100ff', 'CBOR_MALFORMED'],
    ['indefinite byte string', '5f4100ff', 'CBOR_MALFORMED'],
    ['indefinite text', '7f6161ff', 'CBOR_MALFORMED'],
    ['lone break', 'ff', 'CBOR_MALFORMED'],
    ['integer in two bytes that fits one', '1817', 'CBOR_MALFORMED'],
    ['integer in eight bytes that fits four', '1b00000000ffffffff', 'CBOR_MALFORMED'],
    ['length in two bytes that fits one', '580161', 'CBOR_MALFORMED'],
    ['array length not minimal', '980100', 'CBOR_MALFORMED'],
    ['2^53', '1b0020000000000000', 'CBOR_MALFORMED'],
    ['-2^53', '3b001fffffffffffff', 'CBOR_MALFORMED'],
    ['2^64 - 1', '1bffffffffffffffff', 'CBOR_MALFORMED'],
    ['bytes after', '0000', 'CBOR_MALFORMED'],
    ['truncated head', '19', 'CBOR_MALFORMED'],
    ['truncated argument', '1a0001', 'CBOR_MALFORMED'],
    ['truncated bytes', '420a', 'CBOR_MALFORMED'],
    ['array of 2^53 - 1', '9b001fffffffffffff00', 'CBOR_MALFORMED'],
    ['map of 2^53 - 1', 'bb001fffffffffffff0000', 'CBOR_MALFORMED'],
    ['bytes of 2^53 - 1', '5b001fffffffffffff00', 'CBOR_MALFORMED'],
    ['reserved head', '1c', 'CBOR_MALFORMED'],
    ['half float', 'f93c00', 'CBOR_MALFORMED'],
    ['float', 'fb3ff199999999999a', 'CBOR_MALFORMED'],
    ['NaN', 'f97e00', 'CBOR_MALFORMED'],
    ['undefined', 'f7', 'CBOR_MALFORMED'],
    ['simple value 16', 'f0', 'CBOR_MALFORMED'],
    ['simple value 255', 'f8ff', 'CBOR_MALFORMED'],
    ['unknown tag', 'c074323031332d30332d32315432303a30343a30305a', 'CBOR_MALFORMED'],
    ['bignum', 'c249010000000000000000', 'CBOR_MALFORMED'],
    ['text that is not UTF-8', '61ff', 'CBOR_NOT_CANONICAL'],
    ['text of an encoded surrogate', '63eda080', 'CBOR_NOT_CANONICAL'],
    ['text that starts with a BOM', '64efbbbf61', 'CBOR_NOT_CANONICAL'],
  ])('%s is refused', (_, hex, code) => {
    expect(refusal(() => decodeCbor(fromHex(hex), limits))).toBe(code)
  })

  test('size is bounded, to the byte', () => {
    expect(refusal(() => decodeCbor(fromHex('820000'), { maxBytes: 2 }))).toBe('CBOR_SIZE')
    expect(decodeCbor(fromHex('820000'), { maxBytes: 3 })).toEqual([0, 0])
  })

  test('nesting is bounded, through arrays, maps and tags', () => {
    const nested = (head: string, times: number) => fromHex(`${head.repeat(times)}00`)
    for (const head of ['81', 'a100', 'd2']) {
      expect(refusal(() => decodeCbor(nested(head, 8), limits))).toBe(undefined)
      expect(refusal(() => decodeCbor(nested(head, 9), limits))).toBe('CBOR_DEPTH')
      expect(refusal(() => decodeCbor(nested(head, 1_000_000), { maxBytes: 1e7 }))).toBe('CBOR_DEPTH')
      expect(refusal(() => decodeCbor(nested(head, 2), { maxBytes: 9, maxDepth: 1 }))).toBe('CBOR_DEPTH')
    }
    // Wide is not deep.
    expect(decodeCbor(fromHex(`9864${'80'.repeat(100)}`), limits)).toHaveLength(100)
  })
})
