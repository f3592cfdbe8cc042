import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { vectors } from '../../test/_vectors.ts'
import { refusal } from './_refusal.ts'
import { character } from './_text.ts'
import { formatVerifierKey, isKeyName, noteKeyId, parseVerifierKey } from './verifier-key.ts'

const c2sp = 'example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k'
const zero = new Uint8Array(32)

test('a key reads back', () => {
  const name = fc.string({ unit: character, minLength: 1 }).filter(isKeyName)
  const key = fc.uint8Array({ minLength: 32, maxLength: 32 })
  fc.assert(
    fc.property(name, fc.constantFrom(1, 4), key, (keyName, type, publicKey) => {
      const text = formatVerifierKey(keyName, type, publicKey)
      const parsed = parseVerifierKey(text)
      expect(parsed).toEqual({ name: keyName, keyId: noteKeyId(keyName, type, publicKey), type, publicKey })
    }),
  )
})

test('the example of signed-note.md has its id', () => {
  expect(parseVerifierKey(c2sp)).toMatchObject({ name: 'example.com/foo', keyId: 0x530d903a, type: 1 })
})

test('no other text is read as that key: any character changed, left out or added', () => {
  for (let i = 0; i < c2sp.length; i++) {
    const next = String.fromCharCode(c2sp.charCodeAt(i) + 1)
    for (const text of [
      c2sp.slice(0, i) + next + c2sp.slice(i + 1),
      c2sp.slice(0, i),
      c2sp.slice(i + 1),
      `${c2sp.slice(0, i)}A${c2sp.slice(i)}`,
    ])
      expect(
        refusal(() => parseVerifierKey(text)),
        text,
      ).toBe('NOTE_KEY')
  }
  expect(refusal(() => parseVerifierKey(c2sp.replace('530d903a', '530D903A')))).toBe('NOTE_KEY')
  expect(refusal(() => parseVerifierKey(`${c2sp}\n`))).toBe('NOTE_KEY')
})

test.each([
  ['empty', ''],
  ['a space', 'a b'],
  ['a plus', 'a+b'],
  ['a newline', 'a\nb'],
  ['a tab', 'a\tb'],
  ['NEL', 'a\u0085b'],
  ['a no-break space', 'a\u00a0b'],
  ['an ideographic space', 'a\u3000b'],
  ['a line separator', 'a\u2028b'],
  ['a control character', 'a\u0000b'],
  ['a lone surrogate', 'a\ud800b'],
])('a name with %s is none', (_, name) => {
  expect(isKeyName(name)).toBe(false)
  expect(refusal(() => noteKeyId(name, 1, zero))).toBe('NOTE_KEY')
})

test('a BOM is no space in Unicode, and may stand in a name', () => expect(isKeyName('a\ufeff')).toBe(true))

test.each([
  ['type 0', 0, zero],
  ['ECDSA', 2, zero],
  ['ML-DSA', 6, zero],
  ['31 bytes', 1, zero.slice(1)],
  ['33 bytes', 4, new Uint8Array(33)],
])('%s is refused', (_, type, key) => expect(refusal(() => formatVerifierKey('n', type, key))).toBe('NOTE_KEY'))

const log = vectors('log')

describe.skipIf(log === undefined)('keys of golang/mod', () => {
  type Notes = { good: { vkeys: string[] }[]; badVkeys: { name: string; vkey: string | null; of?: string }[] }
  const load = () => JSON.parse(readFileSync(`${log}/signed-notes.json`, 'utf8')) as Notes

  test('good ones read back', () => {
    for (const text of load().good.flatMap(({ vkeys }) => vkeys)) {
      const { name, type, publicKey } = parseVerifierKey(text)
      expect(formatVerifierKey(name, type, publicKey)).toBe(text)
    }
  })

  test('bad ones are refused, with every byte +1 and every proper part of a good one', () => {
    for (const { vkey, of } of load().badVkeys) {
      const texts = vkey === null ? [] : [vkey]
      for (let i = 0; of !== undefined && i < of.length; i++) {
        texts.push(of.slice(0, i) + String.fromCharCode(of.charCodeAt(i) + 1) + of.slice(i + 1))
        for (let j = i; j <= of.length; j++) if (j - i < of.length) texts.push(of.slice(i, j))
      }
      for (const text of texts)
        expect(
          refusal(() => parseVerifierKey(text)),
          text,
        ).toBe('NOTE_KEY')
    }
  })
})
