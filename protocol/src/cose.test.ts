import * as nodeCrypto from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, test, vi } from 'vitest'
import { vectors } from '../../test/_vectors.ts'
import { flip, refusal } from './_refusal.ts'
import { fromBase64Url, fromHex, toHex, utf8 } from './bytes.ts'
import { decodeCbor, encodeCbor, Tagged } from './cbor.ts'
import { decodeSign1, encodeSign1, sigStructure } from './cose.ts'
import { verifyOnNode, verifyOnWebCrypto } from './ed25519.ts'
import { verifyOnNoble } from './ed25519-curve.ts'
import { leafHash, rootFromInclusion } from './merkle.ts'

// Elliptic curves in JavaScript on a busy machine.
vi.setConfig({ testTimeout: 60_000 })

const anyBytes = fc.uint8Array({ maxLength: 300 })
const header = fc
  .dictionary(fc.nat(400).map(String), fc.oneof(fc.integer(), fc.string()), { minKeys: 1, maxKeys: 4 })
  .map((entries) => new Map(Object.entries(entries).map(([label, value]) => [Number(label), value])))

test('an envelope reads back', () => {
  fc.assert(
    fc.property(header, anyBytes, anyBytes, (map, payload, signature) => {
      const protectedBytes = encodeCbor(map)
      const bytes = encodeSign1(protectedBytes, payload, signature)
      expect(decodeSign1(bytes, 2_000)).toEqual({ protectedBytes, header: map, payload, signature })
      expect(refusal(() => decodeSign1(bytes, bytes.length - 1))).toBe('CBOR_SIZE')
    }),
  )
})

test('what is signed is the array of RFC 9052 §4.4, whatever the lengths', () => {
  const long = fc.oneof(
    anyBytes,
    fc.constantFrom(0, 23, 24, 255, 256, 65_535, 65_536).map((n) => new Uint8Array(n)),
  )
  fc.assert(
    fc.property(long, long, (protectedBytes, payload) => {
      const signed = ['Signature1', protectedBytes, new Uint8Array(0), payload]
      expect(toHex(sigStructure(protectedBytes, payload))).toBe(toHex(encodeCbor(signed)))
    }),
  )
})

test('with any bit turned it is refused, or is another envelope that encodes to those bytes', () => {
  fc.assert(
    fc.property(header, anyBytes, fc.nat(), (map, payload, n) => {
      const bytes = encodeSign1(encodeCbor(map), payload, new Uint8Array(64))
      const turned = flip(bytes, n % (bytes.length * 8))
      const refused = refusal(() => {
        const again = decodeSign1(turned, 2_000)
        expect(encodeSign1(again.protectedBytes, again.payload, again.signature)).toEqual(turned)
      })
      if (refused !== undefined) expect(refused).toMatch(/^CBOR_/)
    }),
    { numRuns: 1_000 },
  )
})

describe('refused', () => {
  const parts: unknown[] = [encodeCbor(new Map([[1, -8]])), new Map(), utf8('payload'), new Uint8Array(64)]
  test.each([
    ['no tag', encodeCbor(parts)],
    ['three parts', encodeCbor(new Tagged(18, parts.slice(0, 3)))],
    ['five parts', encodeCbor(new Tagged(18, [...parts, 0]))],
    ['something unprotected', encodeCbor(new Tagged(18, parts.with(1, new Map([[4, utf8('kid')]]))))],
    ['unprotected that is no map', encodeCbor(new Tagged(18, parts.with(1, [])))],
    ['a detached payload', encodeCbor(new Tagged(18, parts.with(2, null)))],
    ['a text payload', encodeCbor(new Tagged(18, parts.with(2, 'payload')))],
    ['no signature', encodeCbor(new Tagged(18, parts.with(3, null)))],
    ['a protected header that is a map itself', encodeCbor(new Tagged(18, parts.with(0, new Map([[1, -8]]))))],
    ['a protected header that is an encoded array', encodeCbor(new Tagged(18, parts.with(0, encodeCbor([]))))],
    ['an empty protected map spelled out', encodeCbor(new Tagged(18, parts.with(0, fromHex('a0'))))],
    ['a text label', encodeCbor(new Tagged(18, parts.with(0, encodeCbor({ alg: -8 }))))],
    ['a tag in a tag', encodeCbor(new Tagged(18, new Tagged(18, parts)))],
  ])('%s', (_, bytes) => expect(refusal(() => decodeSign1(bytes, 1_000))).toBe('CBOR_SHAPE'))

  test.each([
    ['a header out of order', 'a203000127', 'CBOR_NOT_CANONICAL'],
    ['a label twice', 'a201270127', 'CBOR_MALFORMED'],
    ['an indefinite header', 'bf0127ff', 'CBOR_MALFORMED'],
    ['bytes after the header', 'a1012700', 'CBOR_MALFORMED'],
    ['alg as a float', 'a101f9c800', 'CBOR_MALFORMED'],
  ])('%s', (_, hex, code) => {
    expect(refusal(() => decodeSign1(encodeCbor(new Tagged(18, parts.with(0, fromHex(hex)))), 1_000))).toBe(code)
  })

  test('tag 98, of another COSE message', () => {
    const bytes = encodeCbor(new Tagged(98, parts))
    expect(refusal(() => decodeSign1(bytes, 1_000))).toBe('CBOR_MALFORMED')
  })
})

test('an empty protected header is the empty byte string, in the envelope and in what is signed', () => {
  const empty = new Uint8Array(0)
  expect(decodeSign1(encodeSign1(empty, utf8('p'), new Uint8Array(64)), 200).header).toEqual(new Map())
  expect(toHex(sigStructure(empty, utf8('p')))).toBe(`846a${toHex(utf8('Signature1'))}40404170`)
})

const folder = vectors('statements')

/** The four parts as they are, without our profile: these vectors have unprotected headers and other orders of keys. */
function parts(bytes: Uint8Array): {
  protectedBytes: Uint8Array
  unprotected: Map<number, unknown>
  payload: Uint8Array
  signature: Uint8Array
} {
  const tagged = decodeCbor(bytes, { maxBytes: 10_000 }) as Tagged
  const [protectedBytes, unprotected, payload, signature] = tagged.value as [
    Uint8Array,
    Map<number, unknown>,
    Uint8Array,
    Uint8Array,
  ]
  return { protectedBytes, unprotected, payload, signature }
}

async function verifies(publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array): Promise<boolean> {
  const answers = [
    verifyOnNoble(publicKey, message, signature),
    verifyOnNode(nodeCrypto)(publicKey, message, signature),
    await verifyOnWebCrypto(nodeCrypto.webcrypto.subtle)(publicKey, message, signature),
  ]
  expect(new Set(answers).size).toBe(1)
  return answers[0]!
}

describe.skipIf(folder === undefined)('cose-wg examples', () => {
  type Example = {
    fail?: boolean
    input: { sign0: { key: { x?: string; y?: string; x_hex?: string } } }
    intermediates: { ToBeSign_hex: string }
    output: { cbor: string }
  }
  const load = (path: string) => JSON.parse(readFileSync(`${folder}/cose-wg-examples/${path}`, 'utf8')) as Example

  test('eddsa-sig-01: the bytes signed, and the signature on all three engines', async () => {
    const example = load('eddsa-examples/eddsa-sig-01.json')
    const { protectedBytes, payload, signature } = parts(fromHex(example.output.cbor.toLowerCase()))
    const message = sigStructure(protectedBytes, payload)
    expect(toHex(message)).toBe(example.intermediates.ToBeSign_hex.toLowerCase())
    const publicKey = fromHex(example.input.sign0.key.x_hex ?? '')
    expect(await verifies(publicKey, message, signature)).toBe(true)
    expect(await verifies(publicKey, sigStructure(protectedBytes, utf8('This is the content?')), signature)).toBe(false)
    // The profile of our own envelopes has no unprotected kid.
    expect(refusal(() => decodeSign1(fromHex(example.output.cbor.toLowerCase()), 1_000))).toBe('CBOR_SHAPE')
  })

  // These are ES256, so node:crypto checks the signature; what is tested is the envelope and the bytes signed.
  const check = (example: Example): boolean => {
    const { x, y } = example.input.sign0.key
    if (x === undefined || y === undefined) throw new Error('no P-256 key')
    const key = nodeCrypto.createPublicKey({ key: { kty: 'EC', crv: 'P-256', x, y }, format: 'jwk' })
    const { protectedBytes, payload, signature } = parts(fromHex(example.output.cbor.toLowerCase()))
    return nodeCrypto.verify(
      'sha256',
      sigStructure(protectedBytes, payload),
      { key, dsaEncoding: 'ieee-p1363' },
      signature,
    )
  }

  test('RFC 8152 C.2.1 verifies', () => expect(check(load('RFC8152/Appendix_C_2_1.json'))).toBe(true))

  const names = folder === undefined ? [] : readdirSync(`${folder}/cose-wg-examples/sign1-tests`)
  test.each(names.filter((name) => name.startsWith('sign-fail')))('%s fails', (name) => {
    const example = load(`sign1-tests/${name}`)
    let good = false
    expect(refusal(() => (good = check(example))) ?? good).not.toBe(true)
    expect(refusal(() => decodeSign1(fromHex(example.output.cbor.toLowerCase()), 1_000))).toMatch(/^CBOR_/)
  })

  test('sign-pass-01: an empty header spelled a0 is signed as nothing; the profile refuses it, and 02 and 03', () => {
    const example = load('sign1-tests/sign-pass-01.json')
    const { protectedBytes, payload } = parts(fromHex(example.output.cbor.toLowerCase()))
    expect(toHex(protectedBytes)).toBe('a0')
    expect(toHex(sigStructure(new Uint8Array(0), payload))).toBe(example.intermediates.ToBeSign_hex.toLowerCase())
    for (const name of ['01', '02', '03']) {
      const { cbor } = load(`sign1-tests/sign-pass-${name}.json`).output
      expect(refusal(() => decodeSign1(fromHex(cbor.toLowerCase()), 1_000))).toBe('CBOR_SHAPE')
    }
  })
})

/** The inclusion proof in an RFC 9942 receipt: size, index, path. */
function receiptRoot(unprotected: Map<number, unknown>, entry: Uint8Array): Uint8Array {
  const proofs = (unprotected.get(396) as Map<number, Uint8Array[]>).get(-1) ?? []
  const [size, index, path] = decodeCbor(proofs[0]!, { maxBytes: 2_000 }) as [number, number, Uint8Array[]]
  return rootFromInclusion(leafHash(entry), index, size, path)
}

function pemKey(path: string): Uint8Array {
  return fromBase64Url(nodeCrypto.createPublicKey(readFileSync(path)).export({ format: 'jwk' }).x ?? '')
}

describe.skipIf(folder === undefined)('statements and receipts cross-checked with scitt-cose', () => {
  const ours = `${folder}/ours-cross-checked`
  const read = (path: string) => new Uint8Array(readFileSync(path))
  const sha256 = (bytes: Uint8Array) => new Uint8Array(nodeCrypto.createHash('sha256').update(bytes).digest())

  test.each([
    ['statement-alg-8.cose', 'statement-issuer.pub.pem'],
    ['batch-statement.cose', 'batch-issuer.pub.pem'],
  ])('%s', async (name, key) => {
    const bytes = read(`${ours}/${name}`)
    const { protectedBytes, header: labels, payload, signature } = decodeSign1(bytes, 65_535)
    expect(labels.get(1)).toBe(-8)
    expect(encodeSign1(protectedBytes, payload, signature)).toEqual(bytes)
    expect(await verifies(pemKey(`${ours}/${key}`), sigStructure(protectedBytes, payload), signature)).toBe(true)
    expect(await verifies(pemKey(`${ours}/log.pub.pem`), sigStructure(protectedBytes, payload), signature)).toBe(false)
  })

  test('one event disclosed from a batch of 64 leads to the root the issuer signed', async () => {
    const disclosed = parts(read(`${ours}/batch-disclosed-event-37-of-64.cose`))
    const leaf = fromHex(readFileSync(`${ours}/batch-disclosed-event-37-leaf.hex`, 'utf8').trim())
    const root = receiptRoot(disclosed.unprotected, leaf)
    expect(root).toEqual(decodeSign1(read(`${ours}/batch-statement.cose`), 65_535).payload)
    const message = sigStructure(disclosed.protectedBytes, root)
    expect(await verifies(pemKey(`${ours}/batch-issuer.pub.pem`), message, disclosed.signature)).toBe(true)
    expect(receiptRoot(disclosed.unprotected, flip(leaf, 9))).not.toEqual(root)
  })

  test.each([
    ['receipt-leaf-is-sha256-size21-idx13.cose', sha256],
    ['receipt-leaf-is-statement-size21-idx13.cose', (statement: Uint8Array) => statement],
    ['receipt-leaf-is-statement-size1-empty-path.cose', (statement: Uint8Array) => statement],
  ])('%s', async (name, entry) => {
    const receipt = parts(read(`${ours}/${name}`))
    const key = pemKey(`${ours}/log.pub.pem`)
    const statement = read(`${ours}/statement-alg-8.cose`)
    const signs = (leaf: Uint8Array) =>
      verifies(key, sigStructure(receipt.protectedBytes, receiptRoot(receipt.unprotected, leaf)), receipt.signature)
    expect(await signs(entry(statement))).toBe(true)
    expect(await signs(flip(entry(statement), 0))).toBe(false)
  })

  test.each([
    ['valid-eddsa', true, true],
    ['fail-bad-statement-sig', false, true],
    ['fail-tampered-path', true, false],
  ])('scitt-cose %s', async (name, statementGood, receiptGood) => {
    const at = `${folder}/scitt-cose-v1/test-vectors/v1/${name}`
    const statement = parts(read(`${at}/statement.cose`))
    const receipt = parts(read(`${at}/receipt.cose`))
    const expected = JSON.parse(readFileSync(`${at}/expected.json`, 'utf8')) as {
      leaf_entry: string
      reconstructed_root?: string
    }
    const signed = sigStructure(statement.protectedBytes, statement.payload)
    expect(await verifies(pemKey(`${at}/issuer-key.pub`), signed, statement.signature)).toBe(statementGood)
    const root = receiptRoot(receipt.unprotected, fromHex(expected.leaf_entry))
    if (receiptGood) expect(toHex(root)).toBe(expected.reconstructed_root)
    const sealed = sigStructure(receipt.protectedBytes, root)
    expect(await verifies(pemKey(`${at}/log-key.pub`), sealed, receipt.signature)).toBe(receiptGood)
    // Their header is not in the order of our profile.
    expect(refusal(() => decodeSign1(read(`${at}/statement.cose`), 65_535))).toBe('CBOR_NOT_CANONICAL')
  })
})
