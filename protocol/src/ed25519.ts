import { concat, copy, equal, fromBase64, fromHex, toBase64, toBase64Url, toHex } from './bytes.ts'
import { ProtocolError } from './error.ts'

/**
 * Ed25519 (RFC 8032) under one rule, because RFC 8032 leaves room and libraries use it differently. A signature is good when
 *   1. the public key has 32 bytes, the signature R ‖ S has 64;
 *   2. the key's y is below p = 2^255 - 19 and S is below the group order L;
 *   3. neither the key nor R is of small order, in any encoding;
 *   4. R is, byte for byte, the encoding of [S]B - [k]A, k = SHA-512(R ‖ A ‖ message): the cofactorless equation.
 * `rulePBytes` is 1–3. The three verifiers below put it before engines that all compute 4, and so accept exactly the same signatures,
 * whatever their own opinion on 1–3 is or becomes. noble's `verify` is not used: it multiplies by the cofactor.
 */

/** Whether the signature over the message is good under the rule above. Never throws on any bytes. */
export type VerifySync = (publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array) => boolean
export type Verify = (publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array) => Promise<boolean>
/** Signs with the key that the function holds: 64 bytes. */
export type Sign = (message: Uint8Array) => Uint8Array

const KEY_BYTES = 32
const SIGNATURE_BYTES = 64

/** p and L as 32 bytes, little-endian like everything of Ed25519. */
const P_BYTES = fromHex('edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f')
const L_BYTES = fromHex('edd3f55c1a631258d69cf7a2def9de1400000000000000000000000000000010')

/** Every encoding of the y of a point of small order, without the sign bit; the last two are not canonical. */
const SMALL_ORDER = new Set([
  '0000000000000000000000000000000000000000000000000000000000000000',
  '0100000000000000000000000000000000000000000000000000000000000000',
  '26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05',
  'c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a',
  'ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
  'edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
  'eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
])

/** Whether one little-endian number of 32 bytes is below another. */
function isBelow(a: Uint8Array, b: Uint8Array): boolean {
  for (let i = 31; i >= 0; i--) if (a[i] !== b[i]) return a[i]! < b[i]!
  return false
}

function withoutSign(point: Uint8Array): Uint8Array {
  const y = copy(point)
  y[31]! &= 0x7f
  return y
}

/** Conditions 1–3 of the rule: all that can be said without curve arithmetic. */
export function rulePBytes(publicKey: Uint8Array, signature: Uint8Array): boolean {
  if (publicKey.length !== KEY_BYTES || signature.length !== SIGNATURE_BYTES) return false
  const y = withoutSign(publicKey)
  return (
    isBelow(y, P_BYTES) &&
    !SMALL_ORDER.has(toHex(y)) &&
    !SMALL_ORDER.has(toHex(withoutSign(signature.subarray(0, 32)))) &&
    isBelow(signature.subarray(32), L_BYTES)
  )
}

/** Imported keys kept by use: importing costs as much as a check. The bound holds a large ledger's gateways in about 4 MB. */
const CACHED_KEYS = 4_096

function cached<Key>(importKey: (publicKey: Uint8Array) => Key): (publicKey: Uint8Array) => Key {
  const keys = new Map<string, Key>()
  return (publicKey) => {
    const id = toHex(publicKey)
    const key = keys.get(id) ?? importKey(publicKey)
    // A Map iterates in the order of insertion, so moving a hit to the end keeps the least recently used first.
    keys.delete(id)
    keys.set(id, key)
    if (keys.size > CACHED_KEYS) keys.delete(keys.keys().next().value!)
    return key
  }
}

/** The part of `SubtleCrypto` that is used. A key parameter of type `never` takes the platform's own key type without naming it. */
export interface SubtleLike {
  importKey(
    format: 'raw',
    keyData: Uint8Array<ArrayBuffer>,
    algorithm: { name: string },
    extractable: boolean,
    keyUsages: 'verify'[],
  ): Promise<unknown>
  verify(
    algorithm: { name: string },
    key: never,
    signature: Uint8Array<ArrayBuffer>,
    data: Uint8Array<ArrayBuffer>,
  ): Promise<boolean>
}

/** The rule on WebCrypto. */
export function verifyOnWebCrypto(subtle: SubtleLike): Verify {
  const algorithm = { name: 'Ed25519' }
  // An engine may refuse bytes that are no point when it imports them (CryptoKit does): no key, so no good signature.
  const load = cached((publicKey) =>
    subtle.importKey('raw', copy(publicKey), algorithm, false, ['verify']).catch(() => undefined),
  )
  return async (publicKey, message, signature) => {
    if (!rulePBytes(publicKey, signature)) return false
    const key = await load(publicKey)
    return key !== undefined && subtle.verify(algorithm, key as never, copy(signature), copy(message))
  }
}

/** The part of node:crypto that is used; a program passes the module in, as this package imports nothing from Node. */
export interface NodeCryptoLike {
  createPublicKey(key: { key: { kty: string; crv: string; x: string }; format: 'jwk' }): unknown
  createPrivateKey(pem: string): unknown
  verify(algorithm: null, data: Uint8Array, key: never, signature: Uint8Array): boolean
  sign(algorithm: null, data: Uint8Array, key: never): Uint8Array
}

/** The rule on node:crypto. */
export function verifyOnNode(crypto: NodeCryptoLike): VerifySync {
  const load = cached((publicKey) =>
    crypto.createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x: toBase64Url(publicKey) }, format: 'jwk' }),
  )
  return (publicKey, message, signature) =>
    rulePBytes(publicKey, signature) && crypto.verify(null, message, load(publicKey) as never, signature)
}

declare const crypto: { subtle?: SubtleLike } | undefined

/** An engine's answers that tell whether it computes the cofactorless equation, which `rulePBytes` cannot. */
const PROBES = [
  {
    // RFC 8032 §7.1, test 2
    good: true,
    publicKey: '3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c',
    message: '72',
    signature:
      '92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00',
  },
  {
    // "Taming the many EdDSAs", case 4: good only when multiplied by the cofactor
    good: false,
    publicKey: 'cdb267ce40c5cd45306fa5d2f29731459387dbf9eb933b7bd5aed9a765b88d4d',
    message: 'e47d62c63f830dc7a6851a0b1f33ae4bb2f507fb6cffec4011eaccd55b53f56c',
    signature:
      '160a1cb0dc9c0258cd0a7d23e94d8fa878bcb1925f2c64246b2dee1796bed5125ec6bc982a269b723e0668e540911a9a6a58921d6925e434ab10aa7940551a09',
  },
]

/** The fastest verifier here that keeps the rule: WebCrypto where it knows Ed25519 and answers the probes, else noble. */
export async function bestVerify(): Promise<Verify> {
  const subtle = typeof crypto === 'undefined' ? undefined : crypto.subtle
  if (subtle !== undefined) {
    const verify = verifyOnWebCrypto(subtle)
    const answers = PROBES.map(async ({ good, publicKey, message, signature }) => {
      return (await verify(fromHex(publicKey), fromHex(message), fromHex(signature))) === good
    })
    if ((await Promise.all(answers).catch(() => [false])).every(Boolean)) return verify
  }
  // Loaded only where it is needed: most readers have WebCrypto, and every kilobyte stands before their verdict.
  const { verifyOnNoble } = await import('./ed25519-curve.ts')
  return async (publicKey, message, signature) => verifyOnNoble(publicKey, message, signature)
}

/** What can be said of a key without curve arithmetic: 32 bytes, canonical (else KEY_MALFORMED), not of small order (else KEY_WEAK). */
export function assertKeyBytes(publicKey: Uint8Array): void {
  if (publicKey.length !== KEY_BYTES) throw new ProtocolError('KEY_MALFORMED', `${publicKey.length} bytes`)
  const y = withoutSign(publicKey)
  if (SMALL_ORDER.has(toHex(y))) throw new ProtocolError('KEY_WEAK', 'small order')
  if (!isBelow(y, P_BYTES)) throw new ProtocolError('KEY_MALFORMED', 'not the canonical encoding of a curve point')
}

/** Signs with node:crypto: about 0.03 ms a signature. */
export function signOnNode(crypto: NodeCryptoLike, seed: Uint8Array): Sign {
  const key = crypto.createPrivateKey(toPkcs8Pem(seed))
  return (message) => new Uint8Array(crypto.sign(null, message, key as never))
}

/** @throws ProtocolError KEY_MALFORMED */
export function checkSeed(seed: Uint8Array): void {
  if (seed.length !== KEY_BYTES) throw new ProtocolError('KEY_MALFORMED', `a seed of ${seed.length} bytes`)
}

/** DER of a PKCS #8 PrivateKeyInfo for Ed25519 up to the seed (RFC 8410 §7, version 1, no attributes). */
const PKCS8 = /* @__PURE__ */ fromHex('302e020100300506032b657004220420')
const PEM = /^-----BEGIN PRIVATE KEY-----\r?\n([A-Za-z0-9+/]{64})\r?\n-----END PRIVATE KEY-----\r?\n?$/

/** The key file that `openssl genpkey -algorithm ed25519` would write. */
export function toPkcs8Pem(seed: Uint8Array): string {
  checkSeed(seed)
  return `-----BEGIN PRIVATE KEY-----\n${toBase64(concat(PKCS8, seed))}\n-----END PRIVATE KEY-----\n`
}

/** The seed in such a file. Throws KEY_MALFORMED, without a word of the content. */
export function fromPkcs8Pem(text: string): Uint8Array {
  const body = PEM.exec(text)?.[1]
  const der = body === undefined ? undefined : fromBase64(body)
  if (der === undefined || !equal(der.subarray(0, PKCS8.length), PKCS8))
    throw new ProtocolError('KEY_MALFORMED', 'not an Ed25519 private key in PKCS #8 PEM')
  return copy(der, PKCS8.length)
}
