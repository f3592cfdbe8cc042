import { sha256 } from '@noble/hashes/sha2.js'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { toHex, utf8 } from './bytes.ts'
import { sha256InJavaScript } from './sha256.ts'

describe('SHA-256 in JavaScript', () => {
  test('gives what another implementation gives, at every length around the blocks', () => {
    for (let length = 0; length <= 260; length++) {
      const data = Uint8Array.from({ length }, (_, i) => (i * 7 + length) & 0xff)
      expect(toHex(sha256InJavaScript(data))).toBe(toHex(sha256(data)))
    }
  })

  test('gives what another implementation gives, for any bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 5000 }), (data) => {
        expect(toHex(sha256InJavaScript(data))).toBe(toHex(sha256(data)))
      }),
    )
  })

  // FIPS 180-4: one million times "a"
  test('gives the known answer for a long message', () => {
    expect(toHex(sha256InJavaScript(utf8('a'.repeat(1_000_000))))).toBe(
      'cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0',
    )
  })
})
