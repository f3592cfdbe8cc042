import { createHash } from 'node:crypto'
import { sha256 as nobleSha256 } from '@noble/hashes/sha2.js'
import fc from 'fast-check'
import { afterEach, expect, test } from 'vitest'
import { concat, toHex, utf8 } from './bytes.ts'
import { sha256, useSha256, ZERO_HASH } from './hash.ts'

const nodeSha256 = (data: Uint8Array) => createHash('sha256').update(data).digest()

afterEach(() => useSha256(nobleSha256))

test('hashes the parts one after another', () => {
  expect(toHex(sha256(utf8('a'), utf8(''), utf8('bc')))).toBe(toHex(nodeSha256(utf8('abc'))))
  expect(toHex(sha256())).toBe(toHex(nodeSha256(utf8(''))))
})

test('noble and node:crypto are one function, and neither leaks a Buffer', () => {
  fc.assert(
    fc.property(fc.array(fc.uint8Array({ maxLength: 200 }), { maxLength: 4 }), (parts) => {
      useSha256(nobleSha256)
      const noble = sha256(...parts)
      useSha256(nodeSha256)
      expect(sha256(...parts)).toEqual(noble)
      expect(sha256(...parts).constructor).toBe(Uint8Array)
      expect(noble).toEqual(new Uint8Array(nodeSha256(concat(...parts))))
    }),
  )
})

test('another function is refused, and the one in use stays', () => {
  const sha512 = (data: Uint8Array) => createHash('sha512').update(data).digest().subarray(0, 32)
  expect(() => useSha256(sha512)).toThrow('not a SHA-256')
  expect(() => useSha256(() => new Uint8Array(32))).toThrow('not a SHA-256')
  expect(toHex(sha256(utf8('abc')))).toBe(toHex(nodeSha256(utf8('abc'))))
})

test('the zero hash is 32 zero bytes', () => expect(toHex(ZERO_HASH)).toBe('00'.repeat(32)))
