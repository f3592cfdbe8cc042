import * as nodeCrypto from 'node:crypto'
import { readFileSync } from 'node:fs'
import { verify as nobleVerify, Point } from '@noble/ed25519'
import fc from 'fast-check'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { vectors } from '../../test/_vectors.ts'
import { flip, refusal } from './_refusal.ts'
import { concat, fromHex, toHex, utf8 } from './bytes.ts'
import {
  bestVerify,
  fromPkcs8Pem,
  rulePBytes,
  type SubtleLike,
  signOnNode,
  toPkcs8Pem,
  type Verify,
  verifyOnNode,
  verifyOnWebCrypto,
} from './ed25519.ts'
import { assertEnrollableKey, publicKeyOf, signOnNoble, verifyOnNoble } from './ed25519-curve.ts'

// Elliptic curves in JavaScript on a busy machine.
vi.setConfig({ testTimeout: 60_000 })

const engines: [string, Verify][] = [
  ['noble', async (...signed) => verifyOnNoble(...signed)],
  [
    'node:crypto',
    (
      (verify) =>
      async (...signed) =>
        verify(...signed)
    )(verifyOnNode(nodeCrypto)),
  ],
  ['WebCrypto', verifyOnWebCrypto(nodeCrypto.webcrypto.subtle)],
]

interface Signed {
  name: string
  publicKey: Uint8Array
  message: Uint8Array
  signature: Uint8Array
  good: boolean
}

/** Every case on one engine: the names of those it answers wrongly. */
async function wrong(verify: Verify, cases: readonly Signed[]): Promise<string[]> {
  const failures: string[] = []
  for (const { name, publicKey, message, signature, good } of cases)
    if ((await verify(publicKey, message, signature)) !== good) failures.push(name)
  return failures
}

const seed = fc.uint8Array({ minLength: 32, maxLength: 32 })
const message = fc.uint8Array({ maxLength: 300 })

describe.each(engines)('on %s', (_, verify) => {
  test('a signature is good, and not with any one bit of it, the key or the message turned', async () => {
    await fc.assert(
      fc.asyncProperty(seed, fc.uint8Array({ minLength: 1, maxLength: 300 }), fc.nat(), async (secret, text, n) => {
        const publicKey = publicKeyOf(secret)
        const signature = signOnNode(nodeCrypto, secret)(text)
        expect(await verify(publicKey, text, signature)).toBe(true)
        expect(await verify(publicKey, text, flip(signature, n % 512))).toBe(false)
        expect(await verify(flip(publicKey, n % 256), text, signature)).toBe(false)
        expect(await verify(publicKey, flip(text, n % (text.length * 8)), signature)).toBe(false)
      }),
      { numRuns: 30 },
    )
  })

  test('any bytes are answered, never thrown at', async () => {
    const key = fc.oneof(seed, fc.uint8Array({ maxLength: 40 }))
    const bytes = fc.oneof(fc.uint8Array({ minLength: 64, maxLength: 64 }), fc.uint8Array({ maxLength: 70 }))
    // Half of the signatures have S below L, so that they reach the engine.
    const small = bytes.map((b) => (b.length === 64 ? b.with(63, b[63]! & 0x0f) : b))
    await fc.assert(
      fc.asyncProperty(key, message, fc.oneof(bytes, small), async (publicKey, text, signature) => {
        expect(await verify(publicKey, text, signature)).toBe(false)
      }),
      { numRuns: 300 },
    )
  })

  test('S + L is refused: a signature has one form', async () => {
    const secret = new Uint8Array(32).fill(7)
    const signature = signOnNoble(secret)(utf8('once'))
    let s = BigInt(`0x${toHex(signature.slice(32).reverse())}`) + 2n ** 252n + 27742317777372353535851937790883648493n
    const twin = signature.slice()
    for (let i = 32; i < 64; i++, s >>= 8n) twin[i] = Number(s & 255n)
    expect(await verify(publicKeyOf(secret), utf8('once'), signature)).toBe(true)
    expect(await verify(publicKeyOf(secret), utf8('once'), twin)).toBe(false)
  })

  test('Buffers are taken and left as they were', async () => {
    const secret = new Uint8Array(32).fill(3)
    const [publicKey, signature] = [publicKeyOf(secret), signOnNoble(secret)(utf8('b'))]
    // The sign bits that the byte checks mask must be set for this to tell anything.
    expect([publicKey[31]! & 0x80, signature[31]! & 0x80]).toEqual([128, 128])
    const [key, signed] = [Buffer.from(publicKey), Buffer.from(signature)]
    expect(await verify(key, Buffer.from('b'), signed)).toBe(true)
    assertEnrollableKey(key)
    expect([new Uint8Array(key), new Uint8Array(signed)]).toEqual([publicKey, signature])
  })

  test('lengths are exact', async () => {
    const secret = new Uint8Array(32).fill(9)
    const [publicKey, text] = [publicKeyOf(secret), utf8('length')]
    const signature = signOnNoble(secret)(text)
    for (const [key, signed] of [
      [publicKey, concat(signature, new Uint8Array(1))],
      [publicKey, signature.slice(0, 63)],
      [publicKey, new Uint8Array(0)],
      [concat(publicKey, new Uint8Array(1)), signature],
      [publicKey.slice(0, 31), signature],
    ] as const)
      expect(await verify(key, text, signed)).toBe(false)
  })
})

describe('the byte checks', () => {
  const [key, good] = [publicKeyOf(new Uint8Array(32)), signOnNoble(new Uint8Array(32))(utf8('x'))]
  const le = (value: bigint) => fromHex(value.toString(16).padStart(64, '0')).reverse()
  const [p, l] = [2n ** 255n - 19n, 2n ** 252n + 27742317777372353535851937790883648493n]
  const withS = (s: bigint) => concat(good.slice(0, 32), le(s))

  test('the key is canonical, with or without a sign', () => {
    for (const sign of [0n, 2n ** 255n]) {
      expect(rulePBytes(le(sign + p - 2n), good)).toBe(true)
      for (let y = p; y < 2n ** 255n; y++) expect(rulePBytes(le(sign + y), good)).toBe(false)
    }
  })

  test('S is below the order', () => {
    for (const s of [0n, 1n, l - 1n]) expect(rulePBytes(key, withS(s))).toBe(true)
    for (const s of [l, l + 1n, 2n ** 253n, 2n ** 256n - 1n]) expect(rulePBytes(key, withS(s))).toBe(false)
  })

  test('neither key nor R is any encoding of a point whose eighth multiple is zero', () => {
    let seen = 0
    // The y of every such point, and of those the encodings beyond p that still fit 255 bits.
    const order8 = Point.fromHex('c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa')
    for (let i = 0, point = order8; i < 8; i++, point = point.add(order8))
      for (const y of [point.y, point.y + p])
        for (const sign of [0n, 2n ** 255n]) {
          if (y >= 2n ** 255n) continue
          seen++
          expect(rulePBytes(le(sign + y), good)).toBe(false)
          expect(rulePBytes(key, concat(le(sign + y), good.slice(32)))).toBe(false)
        }
    expect(seen).toBe(22)
  })
})

describe('signing', () => {
  test('noble and node:crypto make the same keys and signatures', () => {
    fc.assert(
      fc.property(seed, message, (secret, text) => {
        const key = nodeCrypto.createPublicKey(nodeCrypto.createPrivateKey(toPkcs8Pem(secret)))
        expect(Buffer.from(publicKeyOf(secret)).toString('base64url')).toBe(key.export({ format: 'jwk' }).x)
        expect(signOnNode(nodeCrypto, secret)(text)).toEqual(signOnNoble(secret)(text))
      }),
      { numRuns: 30 },
    )
  })

  test('a seed is 32 bytes', () => {
    for (const make of [publicKeyOf, signOnNoble, toPkcs8Pem, (s: Uint8Array) => signOnNode(nodeCrypto, s)])
      for (const length of [0, 31, 33]) expect(refusal(() => make(new Uint8Array(length)))).toBe('KEY_MALFORMED')
  })

  test('a signer is not changed by what happens to the seed afterwards', () => {
    const secret = new Uint8Array(32).fill(1)
    const sign = signOnNoble(secret)
    const before = sign(utf8('x'))
    secret.fill(2)
    expect(sign(utf8('x'))).toEqual(before)
  })
})

describe('key files', () => {
  test('are those of node:crypto (and of openssl), and read back', () => {
    fc.assert(
      fc.property(seed, (secret) => {
        const pem = toPkcs8Pem(secret)
        expect(nodeCrypto.createPrivateKey(pem).export({ type: 'pkcs8', format: 'pem' })).toBe(pem)
        expect(fromPkcs8Pem(pem)).toEqual(secret)
        expect(fromPkcs8Pem(pem.replaceAll('\n', '\r\n').trimEnd())).toEqual(secret)
      }),
    )
  })

  test.each([
    ['nothing', ''],
    ['an X25519 key', nodeCrypto.generateKeyPairSync('x25519').privateKey.export({ type: 'pkcs8', format: 'pem' })],
    [
      'a P-256 key',
      nodeCrypto.generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({ type: 'pkcs8', format: 'pem' }),
    ],
    ['a public key', nodeCrypto.generateKeyPairSync('ed25519').publicKey.export({ type: 'spki', format: 'pem' })],
    ['base64 that is not canonical', toPkcs8Pem(new Uint8Array(32)).replace('MC4C', 'M=4C')],
    ['text before the key', `x${toPkcs8Pem(new Uint8Array(32))}`],
    ['text after the key', `${toPkcs8Pem(new Uint8Array(32))}x`],
  ])('%s is refused, without a word of it', (_, text) => {
    try {
      fromPkcs8Pem(String(text))
      expect.unreachable()
    } catch (error) {
      expect(String(error)).toBe('ProtocolError: KEY_MALFORMED: not an Ed25519 private key in PKCS #8 PEM')
    }
  })
})

describe('enrolment', () => {
  const smallOrder = ['00'.repeat(32), `01${'00'.repeat(31)}`, `01${'00'.repeat(30)}80`, `ec${'ff'.repeat(30)}7f`]
  test('takes any key of a seed', () => {
    fc.assert(
      fc.property(seed, (secret) => assertEnrollableKey(publicKeyOf(secret))),
      { numRuns: 20 },
    )
  })

  test.each([
    ...smallOrder.map((hex) => ['small order', hex, 'KEY_WEAK'] as const),
    ['order 8', 'c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa', 'KEY_WEAK'],
    ['small order, not canonical', `ee${'ff'.repeat(30)}7f`, 'KEY_WEAK'],
    ['31 bytes', '00'.repeat(31), 'KEY_MALFORMED'],
    ['33 bytes', '00'.repeat(33), 'KEY_MALFORMED'],
    ['no point', `02${'00'.repeat(31)}`, 'KEY_MALFORMED'],
    ['y beyond p', `f3${'ff'.repeat(30)}7f`, 'KEY_MALFORMED'],
  ] as const)('refuses %s: %s', (_, hex, code) => {
    expect(refusal(() => assertEnrollableKey(fromHex(hex)))).toBe(code)
  })

  test('refuses a key with a torsion part, though signatures under it can be good', () => {
    const order8 = Point.fromHex('c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa')
    const mixed = Point.fromBytes(publicKeyOf(new Uint8Array(32).fill(3))).add(order8)
    expect(refusal(() => assertEnrollableKey(mixed.toBytes()))).toBe('KEY_WEAK')
  })
})

describe('the best verifier here', () => {
  afterEach(() => vi.unstubAllGlobals())
  const secret = new Uint8Array(32).fill(5)
  const signed = [publicKeyOf(secret), utf8('m'), signOnNoble(secret)(utf8('m'))] as const
  const works = async (verify: Verify) =>
    (await verify(...signed)) && !(await verify(signed[0], utf8('other'), signed[2]))
  const subtleOf = (verify: (key: Uint8Array, signature: Uint8Array, data: Uint8Array) => boolean) => ({
    calls: 0,
    importKey: async (_format: string, key: Uint8Array) => key,
    async verify(_algorithm: unknown, key: Uint8Array, signature: Uint8Array, data: Uint8Array) {
      this.calls++
      return verify(key, signature, data)
    },
  })

  test('is WebCrypto when it keeps the rule', async () => {
    const subtle = subtleOf((key, signature, data) => verifyOnNoble(key, data, signature))
    vi.stubGlobal('crypto', { subtle: subtle as SubtleLike })
    const verify = await bestVerify()
    const probes = subtle.calls
    expect(await works(verify)).toBe(true)
    expect(subtle.calls).toBe(probes + 2)
  })

  test.each([
    ['there is no crypto', undefined],
    ['there is no subtle (plain http)', {}],
    ['Ed25519 is unknown', { subtle: { importKey: () => Promise.reject(new Error('NotSupportedError')) } }],
    [
      'importing throws',
      {
        subtle: {
          importKey: () => {
            throw new Error('no')
          },
        },
      },
    ],
    ['it accepts everything', { subtle: subtleOf(() => true) }],
    ['it refuses everything', { subtle: subtleOf(() => false) }],
    [
      'its equation has the cofactor',
      { subtle: subtleOf((key, signature, data) => nobleVerify(signature, data, key)) },
    ],
  ])('is noble when %s', async (_, crypto) => {
    vi.stubGlobal('crypto', crypto)
    expect(await works(await bestVerify())).toBe(true)
  })

  test('is real in this Node', async () => expect(await works(await bestVerify())).toBe(true))
})

test('a key is imported once, and no more than 4,096 are kept', () => {
  let imports = 0
  const verify = verifyOnNode({
    ...nodeCrypto,
    createPublicKey: (key: Parameters<typeof nodeCrypto.createPublicKey>[0]) => {
      imports++
      return nodeCrypto.createPublicKey(key)
    },
  } as typeof nodeCrypto)
  const signature = signOnNoble(new Uint8Array(32))(utf8(''))
  const keys = Array.from({ length: 4_097 }, (_, i) =>
    new Uint8Array(32)
      .fill(1)
      .with(0, i % 256)
      .with(1, i >> 8),
  )
  const use = (i: number) => verify(keys[i]!, utf8(''), signature)
  for (let i = 0; i < 4_096; i++) use(i)
  use(0)
  expect(imports).toBe(4_096)
  use(4_096) // pushes out key 1, the one not used for longest
  use(0)
  expect(imports).toBe(4_097)
  use(1)
  expect(imports).toBe(4_098)
})

const log = vectors('log')
const statements = vectors('statements')
const load = <T>(path: string) => JSON.parse(readFileSync(path, 'utf8')) as T

/** What rule P says of each published case, from the publisher's own description of it. */
function publishedCases(): [string, number, Signed[]][] {
  const rfc8032 = load<{ pub: string; msg: string; sig: string }[]>(`${log}/rfc8032-ed25519.json`)
  const speccheck = load<{ message: string; pub_key: string; signature: string }[]>(
    `${log}/ed25519-speccheck-cases.json`,
  )
  const zip215 = load<{ vk_bytes: string; sig_bytes: string }[]>(`${statements}/ed25519-edge/zip215.json`)
  const cctv = load<{ number: number; key: string; sig: string; msg: string; flags: string[] | null }[]>(
    `${log}/cctv-ed25519vectors.json`,
  )
  type Group = { publicKey: { pk: string }; tests: { tcId: number; msg: string; sig: string; result: string }[] }
  const wycheproof = load<{ testGroups: Group[] }>(`${log}/wycheproof-ed25519_test.json`)
  const refused = [
    'low_order_A',
    'low_order_R',
    'non_canonical_A',
    'non_canonical_R',
    'low_order_residue',
    'reencoded_k',
  ]
  const signed = (name: string, key: string, text: Uint8Array, sig: string, good: boolean): Signed => {
    return { name, publicKey: fromHex(key), message: text, signature: fromHex(sig), good }
  }
  return [
    ['RFC 8032', 4, rfc8032.map((c, i) => signed(`${i}`, c.pub, fromHex(c.msg), c.sig, true))],
    [
      'Taming the many EdDSAs: only case 3 is good',
      12,
      speccheck.map((c, i) => signed(`${i}`, c.pub_key, fromHex(c.message), c.signature, i === 3)),
    ],
    [
      'ZIP 215: all of small order, none good',
      196,
      zip215.map((c, i) => signed(`${i}`, c.vk_bytes, utf8('Zcash'), c.sig_bytes, false)),
    ],
    [
      'C2SP CCTV: good without small orders, other encodings or a torsion residue',
      914,
      cctv.map((c) =>
        signed(`${c.number}`, c.key, utf8(c.msg), c.sig, !c.flags?.some((flag) => refused.includes(flag))),
      ),
    ],
    [
      'Wycheproof',
      150,
      wycheproof.testGroups.flatMap(({ publicKey, tests }) =>
        tests.map((c) => signed(`${c.tcId}`, publicKey.pk, fromHex(c.msg), c.sig, c.result === 'valid')),
      ),
    ],
  ]
}

describe.skipIf(log === undefined || statements === undefined)('published vectors', () => {
  const suites = log === undefined || statements === undefined ? [] : publishedCases()
  describe.each(suites)('%s', (_, count, cases) => {
    test.each(engines)(`${count} cases on %s`, async (_name, verify) => {
      expect(await wrong(verify, cases)).toEqual([])
      expect(cases.length).toBe(count)
    })
  })

  test('hold both answers where they can, and cases that the byte checks alone do not decide', () => {
    const undecided = suites.map(([name, , cases]) => {
      const open = cases.filter(({ publicKey, signature }) => rulePBytes(publicKey, signature))
      return [name.split(':')[0], open.filter((c) => c.good).length, open.filter((c) => !c.good).length]
    })
    expect(undecided).toEqual([
      ['RFC 8032', 4, 0],
      ['Taming the many EdDSAs', 1, 2],
      ['ZIP 215', 0, 0],
      ['C2SP CCTV', 43, 63],
      ['Wycheproof', 88, 23],
    ])
  })

  test('the copies in both folders are the same', () => {
    for (const [a, b] of [
      ['rfc8032-ed25519.json', 'rfc8032-ed25519.json'],
      ['ed25519-speccheck-cases.json', 'speccheck-12.json'],
      ['wycheproof-ed25519_test.json', 'wycheproof-ed25519_test.json'],
    ])
      expect(load(`${log}/${a}`)).toEqual(load(`${statements}/ed25519-edge/${b}`))
  })

  test('RFC 8032 signatures are what both signers make', () => {
    for (const c of load<{ priv: string; msg: string; sig: string }[]>(`${log}/rfc8032-ed25519.json`)) {
      expect(toHex(signOnNoble(fromHex(c.priv))(fromHex(c.msg)))).toBe(c.sig)
      expect(toHex(signOnNode(nodeCrypto, fromHex(c.priv))(fromHex(c.msg)))).toBe(c.sig)
    }
  })
})
