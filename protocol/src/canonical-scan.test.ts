import fc from 'fast-check'
import { expect, test } from 'vitest'
import { sampleAggregation, sampleObjectEvent, sampleTransformation } from './_events.ts'
import { character } from './_text.ts'
import { fromUtf8, utf8 } from './bytes.ts'
import { canonicalJson, type Json } from './canonical-json.ts'
import { isSurelyCanonical } from './canonical-scan.ts'

const DEPTH = 6

/** The comparison that the scan saves. */
function isCanonical(bytes: Uint8Array): boolean {
  try {
    const text = fromUtf8(bytes)
    return canonicalJson(JSON.parse(text) as Json) === text
  } catch {
    return false
  }
}

function isUtf8(bytes: Uint8Array): boolean {
  try {
    fromUtf8(bytes)
    return true
  } catch {
    return false
  }
}

function neverWrong(bytes: Uint8Array): void {
  if (isSurelyCanonical(bytes, DEPTH) && isUtf8(bytes)) expect(isCanonical(bytes)).toBe(true)
}

const plain = fc.letrec<{ json: Json }>((tie) => ({
  json: fc.oneof(
    { maxDepth: DEPTH - 1 },
    fc.constantFrom(null, true, false),
    fc.integer({ min: -1_000_000_000, max: 1_000_000_000 }).map((n) => n / 1000 + 0),
    fc.maxSafeInteger().filter((n) => Math.abs(n) < 1e15),
    fc.string({ unit: fc.constantFrom(...' aZ~09:/-_#éα猪\u{1f600}\u2028\u007f') }),
    fc.array(tie('json'), { maxLength: 4 }),
    fc.dictionary(
      fc.string({ unit: fc.constantFrom(...'aAb:_-019 ~!#'), maxLength: 4 }).filter((name) => !name.startsWith('_')),
      tie('json'),
      {
        maxKeys: 5,
        noNullPrototype: true,
      },
    ),
  ),
})).json

test('is sure of what events are made of', () => {
  fc.assert(fc.property(plain, (value) => void expect(isSurelyCanonical(utf8(canonicalJson(value)), DEPTH)).toBe(true)))
  for (const event of [sampleObjectEvent(), sampleTransformation(), sampleAggregation()])
    expect(isSurelyCanonical(utf8(canonicalJson(event as unknown as Json)), 16)).toBe(true)
})

test('is never sure of bytes that are not their own canonical form', () => {
  const soup = fc.string({ unit: fc.constantFrom(...'{}[]",:\\u0d8e-+.19ntrfalse _\u0000é') })
  fc.assert(
    fc.property(soup, (text) => neverWrong(utf8(text))),
    { numRuns: 5_000 },
  )
  fc.assert(fc.property(fc.uint8Array({ maxLength: 20 }), neverWrong), { numRuns: 1_000 })
  fc.assert(
    fc.property(plain, fc.nat(), fc.nat(255), (value, at, byte) => {
      const bytes = utf8(canonicalJson(value))
      bytes[at % bytes.length] = byte
      neverWrong(bytes)
      neverWrong(bytes.subarray(at % bytes.length))
      neverWrong(utf8(JSON.stringify(value)))
    }),
    { numRuns: 5_000 },
  )
})

test('is never sure of a number that is written in another way', () => {
  const digits = (most: number) => fc.string({ unit: fc.constantFrom(...'0123456789'), maxLength: most })
  const number = fc
    .tuple(fc.constantFrom('', '-'), digits(18), fc.constantFrom('', '.'), digits(9), fc.constantFrom('', 'e5', 'E-3'))
    .map((parts) => parts.join(''))
  fc.assert(
    fc.property(number, (text) => neverWrong(utf8(text))),
    { numRuns: 20_000 },
  )
  for (const text of [
    '-0',
    '-0.0',
    '01',
    '1.0',
    '0.10',
    '.5',
    '5.',
    '-',
    '1e2',
    '0.0000001',
    '9007199254740993',
    '100000.0000000001',
  ])
    expect(isSurelyCanonical(utf8(text), DEPTH), text).toBe(false)
  for (const text of ['0', '-1', '0.000001', '-0.5', '999999999999999', '12345678901234.5', '-273.15'])
    expect(isSurelyCanonical(utf8(text), DEPTH), text).toBe(true)
})

test.each([
  ['names out of order', '{"b":1,"a":1}'],
  ['a name twice', '{"a":1,"a":1}'],
  ['a longer name first', '{"ab":1,"a":1}'],
  ['a prototype', '{"__proto__":1}'],
  ['an escape', String.raw`"\n"`],
  ['a name beyond ASCII, whose order may differ', '{"é":1}'],
  ['a space', '[1, 2]'],
  ['nothing', ''],
  ['two values', '1,2'],
  ['a word cut short', '[tru]'],
  ['deeper than allowed', '[[[[[[[]]]]]]]'],
])('is not sure of %s', (_, text) => expect(isSurelyCanonical(utf8(text), DEPTH)).toBe(false))

test('a character of any kind in a text changes nothing', () => {
  fc.assert(fc.property(fc.string({ unit: character }), (text) => neverWrong(utf8(JSON.stringify([text, text])))))
})
