import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { refusal } from './_refusal.ts'
import { character } from './_text.ts'
import { concat, fromHex, utf8 } from './bytes.ts'
import { canonicalJson, type Json, parseCanonicalJson } from './canonical-json.ts'

const limits = { maxBytes: 10_000 }
const parse = (text: string) => parseCanonicalJson(utf8(text), limits)

const anyJson = fc.letrec<{ json: Json }>((tie) => ({
  json: fc.oneof(
    { maxDepth: 5 },
    fc.constantFrom(null, true, false),
    fc.double({ noNaN: true, noDefaultInfinity: true }).map((number) => number + 0), // -0 + 0 is 0
    fc.string({ unit: character }),
    fc.array(tie('json'), { maxLength: 4 }),
    fc.dictionary(
      fc.oneof(fc.string({ unit: character }), fc.nat(20).map(String)).filter((name) => name !== '__proto__'),
      tie('json'),
      { maxKeys: 4, noNullPrototype: true },
    ),
  ),
})).json

describe('what is written', () => {
  test('the example of RFC 8785 §3.2', () => {
    const value = JSON.parse(String.raw`{
      "numbers": [333333333.33333329, 1E30, 4.50, 2e-3, 0.000000000000000000000000001],
      "string": "\u20ac$\u000F\u000aA'\u0042\u0022\u005c\\\"\/",
      "literals": [null, true, false]
    }`) as Json
    expect(canonicalJson(value)).toBe(
      '{"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],' +
        String.raw`"string":"€$\u000f\nA'B\"\\\\\"/"}`,
    )
  })

  test('members are in UTF-16 order (RFC 8785 §3.2.3), also where UTF-8 order and V8 differ', () => {
    const names = ['\u20ac', '\r', '\ufb33', '1', '\u{1f600}', '\u0080', '\u00f6', '10', '9']
    const value = Object.fromEntries(names.map((name) => [name, 0]))
    const sorted = ['\\r', '1', '10', '9', '\u0080', '\u00f6', '\u20ac', '\u{1f600}', '\ufb33']
    expect(canonicalJson(value)).toBe(`{${sorted.map((name) => `"${name}":0`).join(',')}}`)
  })

  // RFC 8785 Appendix B: IEEE 754 bits and their JSON form.
  test.each([
    ['0000000000000000', '0'],
    ['8000000000000000', '0'],
    ['0000000000000001', '5e-324'],
    ['8000000000000001', '-5e-324'],
    ['7fefffffffffffff', '1.7976931348623157e+308'],
    ['4340000000000000', '9007199254740992'],
    ['c340000000000000', '-9007199254740992'],
    ['4430000000000000', '295147905179352830000'],
    ['44b52d02c7e14af5', '9.999999999999997e+22'],
    ['44b52d02c7e14af6', '1e+23'],
    ['44b52d02c7e14af7', '1.0000000000000001e+23'],
    ['444b1ae4d6e2ef4e', '999999999999999700000'],
    ['444b1ae4d6e2ef4f', '999999999999999900000'],
    ['444b1ae4d6e2ef50', '1e+21'],
    ['3eb0c6f7a0b5ed8c', '9.999999999999997e-7'],
    ['3eb0c6f7a0b5ed8d', '0.000001'],
    ['41b3de4355555553', '333333333.3333332'],
    ['41b3de4355555554', '333333333.33333325'],
    ['41b3de4355555555', '333333333.3333333'],
    ['41b3de4355555556', '333333333.3333334'],
    ['41b3de4355555557', '333333333.33333343'],
    ['becbf647612f3696', '-0.0000033333333333333333'],
    ['43143ff3c1cb0959', '1424953923781206.2'],
  ])('the double %s is %s', (bits, text) => {
    expect(canonicalJson(new DataView(fromHex(bits).buffer).getFloat64(0))).toBe(text)
  })

  test.each([Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY])('%d is refused', (number) => {
    expect(refusal(() => canonicalJson([number]))).toBe('JSON_NUMBER')
  })

  test.each([
    ['a lone surrogate', ['\ud800']],
    ['a lone surrogate as name', { '\udc00': 1 }],
    ['undefined', { a: undefined }],
    ['a bigint', [1n]],
    ['a member __proto__', JSON.parse('{"__proto__":1}')],
  ])('%s is refused', (_, value) => expect(refusal(() => canonicalJson(value as Json))).toBe('JSON_MALFORMED'))

  test('a cycle is refused', () => {
    const cycle: Json[] = []
    cycle.push(cycle)
    expect(refusal(() => canonicalJson(cycle))).toBe('JSON_DEPTH')
  })
})

describe('what is read', () => {
  test('every value reads back', () => {
    fc.assert(fc.property(anyJson, (value) => void expect(parse(canonicalJson(value))).toEqual(value)))
  })

  test('another spelling of a value is refused', () => {
    fc.assert(
      fc.property(anyJson, fc.constantFrom(' ', '\n', '\t'), (value, space) => {
        const text = canonicalJson(value)
        const spaced = JSON.stringify(value, undefined, 1)
        for (const other of [text + space, space + text, ...(spaced === text ? [] : [spaced])])
          expect(refusal(() => parse(other))).toBe('JSON_NOT_CANONICAL')
      }),
    )
  })

  test('any bytes are refused with a code of JSON, or are their own canonical form', () => {
    const check = (bytes: Uint8Array) => {
      const refused = refusal(() => expect(utf8(canonicalJson(parseCanonicalJson(bytes, limits)))).toEqual(bytes))
      expect([undefined, 'JSON_MALFORMED', 'JSON_NOT_CANONICAL', 'JSON_NUMBER', 'JSON_DEPTH']).toContain(refused)
    }
    const soup = fc.string({ unit: fc.constantFrom(...'{}[]",:\\u0d8e-+.19ntrfalse \u0000é') })
    fc.assert(fc.property(fc.uint8Array({ maxLength: 30 }), check))
    fc.assert(
      fc.property(soup, (text) => check(utf8(text))),
      { numRuns: 3_000 },
    )
    fc.assert(
      fc.property(anyJson, fc.nat(), fc.nat(255), (value, at, byte) => {
        const bytes = utf8(canonicalJson(value))
        bytes[at % bytes.length] = byte
        check(bytes)
      }),
      { numRuns: 2_000 },
    )
  })

  test('names that look like integers keep their place in the text', () => {
    expect(parse('{"10":1,"9":2}')).toEqual({ 9: 2, 10: 1 })
    expect(refusal(() => parse('{"9":2,"10":1}'))).toBe('JSON_NOT_CANONICAL')
  })

  test.each([
    ['nothing', '', 'JSON_MALFORMED'],
    ['a duplicate member', '{"a":1,"a":1}', 'JSON_NOT_CANONICAL'],
    ['a duplicate by escape', String.raw`{"a":1,"\u0061":1}`, 'JSON_NOT_CANONICAL'],
    ['members out of order', '{"b":1,"a":1}', 'JSON_NOT_CANONICAL'],
    ['-0', '-0', 'JSON_NOT_CANONICAL'],
    ['1.0', '1.0', 'JSON_NOT_CANONICAL'],
    ['an exponent', '1e2', 'JSON_NOT_CANONICAL'],
    ['an integer that a double cannot hold', '9007199254740993', 'JSON_NOT_CANONICAL'],
    ['more digits than a double holds', '0.10000000000000000001', 'JSON_NOT_CANONICAL'],
    ['a number beyond doubles', '1e400', 'JSON_NUMBER'],
    ['NaN', 'NaN', 'JSON_MALFORMED'],
    ['a leading zero', '01', 'JSON_MALFORMED'],
    ['a plus sign', '+1', 'JSON_MALFORMED'],
    ['an escape where none is needed', String.raw`"\u0041"`, 'JSON_NOT_CANONICAL'],
    ['an escaped slash', String.raw`"\/"`, 'JSON_NOT_CANONICAL'],
    ['an upper-case escape', String.raw`"\u000F"`, 'JSON_NOT_CANONICAL'],
    ['the long escape of a newline', String.raw`"\u000a"`, 'JSON_NOT_CANONICAL'],
    ['an escaped lone surrogate', String.raw`"\ud800"`, 'JSON_MALFORMED'],
    ['an escaped lone surrogate as name', String.raw`{"\udfff":1}`, 'JSON_MALFORMED'],
    ['an escaped pair', String.raw`"\ud83d\ude00"`, 'JSON_NOT_CANONICAL'],
    ['a raw control character', '"\u0001"', 'JSON_MALFORMED'],
    ['__proto__', '{"__proto__":{"admin":true}}', 'JSON_MALFORMED'],
    ['__proto__ by escape', String.raw`{"\u005f_proto__":1}`, 'JSON_MALFORMED'],
    ['a trailing comma', '[1,]', 'JSON_MALFORMED'],
    ['two values', '1 1', 'JSON_MALFORMED'],
    ['a comment', '/**/1', 'JSON_MALFORMED'],
    ['a BOM', '\ufeff1', 'JSON_MALFORMED'],
  ])('%s is refused', (_, text, code) => expect(refusal(() => parse(text))).toBe(code))

  test('bad UTF-8 is refused', () => {
    for (const hex of ['22ff22', '22eda08022', '22c0af22', '22f09f9822'])
      expect(refusal(() => parseCanonicalJson(fromHex(hex), limits))).toBe('JSON_MALFORMED')
    // Bytes that swallow the closing quote of the depth scan but not of the parser must not hide brackets.
    expect(refusal(() => parseCanonicalJson(concat(fromHex('5b22c3225d')), limits))).toBe('JSON_MALFORMED')
  })

  test('a parsed object has no foreign prototype', () => {
    const value = parse('{"constructor":{"prototype":{"x":1}},"toString":1}') as { [key: string]: Json }
    expect(Object.getPrototypeOf(value)).toBe(Object.prototype)
    expect(({} as { x?: number }).x).toBe(undefined)
  })

  test('size is bounded, to the byte', () => {
    expect(parseCanonicalJson(utf8('[1,2]'), { maxBytes: 5 })).toEqual([1, 2])
    expect(refusal(() => parseCanonicalJson(utf8('[1,2]'), { maxBytes: 4 }))).toBe('JSON_SIZE')
  })

  test('nesting is bounded; brackets in strings do not count', () => {
    const nested = (depth: number) => '['.repeat(depth) + ']'.repeat(depth)
    expect(refusal(() => parse(nested(16)))).toBe(undefined)
    expect(refusal(() => parse(nested(17)))).toBe('JSON_DEPTH')
    expect(refusal(() => parseCanonicalJson(utf8(nested(500_000)), { maxBytes: 1e6 }))).toBe('JSON_DEPTH')
    expect(refusal(() => parse(`${'{"a":'.repeat(17)}1${'}'.repeat(17)}`))).toBe('JSON_DEPTH')
    expect(refusal(() => parse(`"${'['.repeat(50)}"`))).toBe(undefined)
    expect(refusal(() => parse(String.raw`["\"${'['.repeat(50)}","\\",[]]`))).toBe(undefined)
    expect(refusal(() => parseCanonicalJson(utf8('[[]]'), { maxBytes: 9, maxDepth: 1 }))).toBe('JSON_DEPTH')
  })
})
