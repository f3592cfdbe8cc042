import fc from 'fast-check'
import { expect, test } from 'vitest'
import { refusal } from './_refusal.ts'
import { character } from './_text.ts'
import { toBase64, utf8 } from './bytes.ts'
import { formatCheckpoint, parseCheckpoint } from './checkpoint.ts'
import { isKeyName } from './verifier-key.ts'

const hash = fc.uint8Array({ minLength: 32, maxLength: 32 })
const origin = fc
  .string({ unit: character, minLength: 1, maxLength: 60 })
  .filter((name) => isKeyName(name) && utf8(name).length <= 255)

test('a checkpoint reads back', () => {
  fc.assert(
    fc.property(origin, fc.maxSafeNat(), hash, (name, size, root) => {
      const checkpoint = { origin: name, size, root }
      expect(parseCheckpoint(formatCheckpoint(checkpoint))).toEqual(checkpoint)
    }),
  )
})

test('any text is refused, or is written as it was read', () => {
  const root = toBase64(new Uint8Array(32))
  const line = fc.oneof(
    fc.constantFrom('o', '0', '00', '7', '-1', '1e3', ' 7', '9007199254740993', root, ''),
    fc.string({ unit: character }),
  )
  fc.assert(
    fc.property(fc.array(line, { maxLength: 5 }), fc.boolean(), (lines, end) => {
      const text = lines.join('\n') + (end ? '\n' : '')
      const refused = refusal(() => expect(formatCheckpoint(parseCheckpoint(text))).toBe(text))
      expect([undefined, 'CHECKPOINT_MALFORMED']).toContain(refused)
    }),
    { numRuns: 2_000 },
  )
})

const root = toBase64(new Uint8Array(32).fill(1))

test.each([
  ['an extension line', `o\n7\n${root}\nextension\n`],
  ['a blank line after', `o\n7\n${root}\n\n`],
  ['no newline at the end', `o\n7\n${root}`],
  ['no root', 'o\n7\n'],
  ['an empty origin', `\n7\n${root}\n`],
  ['a space in the origin', `a b\n7\n${root}\n`],
  ['a plus in the origin', `a+b\n7\n${root}\n`],
  ['an origin of 256 bytes', `${'a'.repeat(256)}\n7\n${root}\n`],
  ['an origin of 86 three-byte characters', `${'水'.repeat(86)}\n7\n${root}\n`],
  ['a leading zero', `o\n07\n${root}\n`],
  ['a sign', `o\n+7\n${root}\n`],
  ['a minus', `o\n-7\n${root}\n`],
  ['hexadecimal', `o\n0x7\n${root}\n`],
  ['a space', `o\n 7\n${root}\n`],
  ['other digits', `o\n٧\n${root}\n`],
  ['2^53', `o\n9007199254740992\n${root}\n`],
  ['an endless size', `o\n${'9'.repeat(400)}\n${root}\n`],
  ['a root of 31 bytes', `o\n7\n${toBase64(new Uint8Array(31))}\n`],
  ['a root without padding', `o\n7\n${root.slice(0, -1)}\n`],
  ['a root with set pad bits', `o\n7\n${root.slice(0, -2)}F=\n`],
  ['carriage returns', `o\r\n7\r\n${root}\r\n`],
])('%s is refused', (_, text) => expect(refusal(() => parseCheckpoint(text))).toBe('CHECKPOINT_MALFORMED'))

test('what could not be read back is not written', () => {
  const good = { origin: 'o', size: 7, root: new Uint8Array(32) }
  for (const bad of [
    { origin: 'a\nb' },
    { origin: '' },
    { size: -1 },
    { size: 1.5 },
    { size: 2 ** 53 },
    { root: new Uint8Array(33) },
  ])
    expect(refusal(() => formatCheckpoint({ ...good, ...bad }))).toBe('CHECKPOINT_MALFORMED')
  expect(formatCheckpoint({ ...good, origin: '水'.repeat(85) })).toContain('水')
})
