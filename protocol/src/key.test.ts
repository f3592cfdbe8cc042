import { createHash } from 'node:crypto'
import { expect, test } from 'vitest'
import { refusal } from './_refusal.ts'
import { fromHex, toHex } from './bytes.ts'
import { keyThumbprint, keyUri } from './key.ts'

const publicKey = fromHex('d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a')

test('the thumbprint is SHA-256 over the key as deterministic CBOR, members 1, -1, -2 in that order', () => {
  // a3 map of 3; 01 01 kty OKP; 20 06 crv Ed25519; 21 5820 x
  const cbor = Buffer.concat([Buffer.from('a30101200621' + '5820', 'hex'), publicKey])
  const expected = createHash('sha256').update(cbor).digest('hex')
  expect(toHex(keyThumbprint(publicKey))).toBe(expected)
})

test('the URI is that of RFC 9679', () => {
  const kid = keyThumbprint(publicKey)
  expect(keyUri(kid)).toBe(`urn:ietf:params:oauth:ckt:sha-256:${Buffer.from(kid).toString('base64url')}`)
})

test('keys and thumbprints have 32 bytes', () => {
  for (const length of [0, 31, 33]) {
    expect(refusal(() => keyThumbprint(new Uint8Array(length)))).toBe('KEY_MALFORMED')
    expect(refusal(() => keyUri(new Uint8Array(length)))).toBe('KEY_MALFORMED')
  }
})
