import * as nodeCrypto from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, test, vi } from 'vitest'
import { vectors } from '../../test/_vectors.ts'
import { MemoryLedger, seed, TestSigner } from './_memory-ledger.ts'
import { flip, refusal, refusalOf } from './_refusal.ts'
import { fromBase64Url, fromHex, toHex } from './bytes.ts'
import { decodeCbor, encodeCbor, Tagged } from './cbor.ts'
import type { Checkpoint } from './checkpoint.ts'
import { encodeSign1, sigStructure } from './cose.ts'
import { decodeDetachedReceipt, encodeDetachedReceipt, receiptRoot, receiptSigned } from './detached-receipt.ts'
import { type Verify, verifyOnNode } from './ed25519.ts'
import { publicKeyOf, signOnNoble } from './ed25519-curve.ts'
import { sha256 } from './hash.ts'
import { keyThumbprint } from './key.ts'
import { leafHash } from './merkle.ts'
import { inclusionProof } from './merkle-tree.ts'
import { parseVerifierKey } from './note.ts'
import { buildReceipt, MAX_RECEIPT_BYTES, parseReceipt, verifyReceipt } from './receipt.ts'
import {
  decodeTransparentStatement,
  encodeTransparentStatement,
  MAX_RECEIPTS,
  verifyTransparentStatement,
} from './transparent-statement.ts'

vi.setConfig({ testTimeout: 30_000 }) // every bit of a file turned: seconds on a busy machine

const onNode = verifyOnNode(nodeCrypto)
const verify: Verify = async (...signed) => onNode(...signed)

const ledger = new MemoryLedger()
for (let i = 0; i < 6; i++) ledger.seal()
const checkpoint: Checkpoint = { origin: ledger.origin, size: ledger.entries.length, root: ledger.root() }
const log = parseVerifierKey(ledger.logKey)
const issuer = { publicKey: log.publicKey, sign: signOnNoble(seed('log')) }
const statement = ledger.entries[0]!
const administrator = ledger.administrators[0]!
const place = { index: 0, path: inclusionProof(ledger.entries.map(leafHash), 0) }
const receipt = buildReceipt(statement, place, checkpoint, issuer, 1_795_000_000)

/** The receipt with another protected header, signed by the log all the same. */
function withHeader(change: (header: Map<number, unknown>, claims: Map<number, unknown>) => void): Uint8Array {
  const parsed = parseReceipt(receipt)
  const header = decodeCbor(parsed.protectedBytes, { maxBytes: 1000 }) as Map<number, unknown>
  change(header, header.get(15) as Map<number, unknown>)
  const protectedBytes = encodeCbor(header)
  const signature = issuer.sign(sigStructure(protectedBytes, checkpoint.root))
  return encodeDetachedReceipt({ ...parsed, protectedBytes, signature })
}

describe('a receipt', () => {
  test('is read as it was written, and verifies for its statement', async () => {
    const verified = await verifyReceipt(receipt, statement, log, verify)
    expect(verified.header).toEqual({
      alg: -8,
      kid: keyThumbprint(log.publicKey),
      iss: 'https://ledger.example/test',
      sub: administrator.sub,
      iat: 1_795_000_000,
      treeSize: checkpoint.size,
    })
    expect(verified).toMatchObject({ ...place, treeSize: checkpoint.size, root: checkpoint.root })
    expect(encodeDetachedReceipt(verified)).toEqual(receipt)
    expect(receipt.length).toBeLessThan(600)
  })

  test('is not made for a root that is not the ledger’s, nor for an entry that is no statement', () => {
    const other = { ...checkpoint, root: sha256(checkpoint.root) }
    expect(refusal(() => buildReceipt(statement, place, other, issuer, 0))).toBe('PROOF_ROOT')
    expect(refusal(() => buildReceipt(statement, { ...place, index: 1 }, checkpoint, issuer, 0))).toBe('PROOF_ROOT')
    const seal = { index: 1, path: inclusionProof(ledger.entries.map(leafHash), 1) }
    expect(refusal(() => buildReceipt(ledger.entries[1]!, seal, checkpoint, issuer, 0))).toBe('STATEMENT_MALFORMED')
  })

  test('does not verify for another statement, another log or another key', async () => {
    const { statement: other } = new TestSigner('other', undefined, administrator.sub).statement('governance', [1])
    expect(await refusalOf(verifyReceipt(receipt, other, log, verify))).toBe('SIGNATURE')
    expect(await refusalOf(verifyReceipt(receipt, statement, { ...log, name: 'ledger.example/2' }, verify))).toBe(
      'RECEIPT_HEADER',
    )
    expect(
      await refusalOf(verifyReceipt(receipt, statement, { ...log, publicKey: publicKeyOf(seed('x')) }, verify)),
    ).toBe('KEY_UNKNOWN')
  })

  test('holds at one size and place only', async () => {
    const parsed = parseReceipt(receipt)
    for (let treeSize = 0; treeSize < 40; treeSize++)
      for (let index = 0; index < treeSize; index++) {
        if (treeSize === parsed.treeSize && index === parsed.index) continue
        const moved = encodeDetachedReceipt({ ...parsed, treeSize, index })
        expect(await refusalOf(verifyReceipt(moved, statement, log, verify))).toBeDefined()
      }
  })

  test('with any bit turned is refused', async () => {
    for (let bit = 0; bit < receipt.length * 8; bit++)
      expect(await refusalOf(verifyReceipt(flip(receipt, bit), statement, log, verify)), `bit ${bit}`).toBeDefined()
    for (let bit = 0; bit < statement.length * 8; bit++)
      expect(await refusalOf(verifyReceipt(receipt, flip(statement, bit), log, verify)), `bit ${bit}`).toBeDefined()
  })

  test('may name the algorithm as RFC 9864 does', async () => {
    const same = withHeader((header) => header.set(1, -19))
    expect((await verifyReceipt(same, statement, log, verify)).header.alg).toBe(-19)
  })

  test.each<[string, Parameters<typeof withHeader>[0]]>([
    ['another algorithm', (header) => header.set(1, -7)],
    ['a key id of another form', (header) => header.set(4, new Uint8Array(8))],
    ['another type', (header) => header.set(16, 277)],
    ['another tree', (header) => header.set(395, 2)],
    ['a critical label', (header) => header.set(2, [4])],
    ['no claims', (header) => header.delete(15)],
    ['claims that are none', (header) => header.set(15, 3)],
    ['an issuer that is no URI', (_, claims) => claims.set(1, 'ledger')],
    ['another issuer', (_, claims) => claims.set(1, 'https://ledger.example/2')],
    ['another subject', (_, claims) => claims.set(2, 'https://id.gs1.org/414/9506000134017')],
    ['a time that is no integer', (_, claims) => claims.set(6, 'now')],
    ['another size', (_, claims) => claims.set(-65541, checkpoint.size + 1)],
    ['no size', (_, claims) => claims.delete(-65541)],
    ['one claim more', (_, claims) => claims.set(4, 1_795_000_000)],
  ])('signed by the log with %s is refused', async (_, change) => {
    expect(await refusalOf(verifyReceipt(withHeader(change), statement, log, verify))).toBe('RECEIPT_HEADER')
  })

  test('of another shape is refused', () => {
    const parsed = parseReceipt(receipt)
    const proof = encodeCbor([parsed.treeSize, parsed.index, parsed.path])
    const proofs = (value: unknown) => new Map([[396, new Map([[-1, value]])]])
    const sign1 = (unprotected: unknown, payload: unknown = null, signature: unknown = parsed.signature) =>
      encodeCbor(new Tagged(18, [parsed.protectedBytes, unprotected, payload, signature]))
    expect(refusal(() => parseReceipt(sign1(proofs([proof]))))).toBeUndefined()
    const bad = [
      sign1(new Map()),
      sign1(proofs([])),
      sign1(proofs([proof, proof])),
      sign1(proofs([parsed.treeSize])),
      sign1(proofs([encodeCbor([7, 0])])),
      sign1(proofs([encodeCbor([7, -1, parsed.path])])),
      sign1(proofs([encodeCbor([7, 0, [new Uint8Array(31)]])])),
      sign1(proofs([encodeCbor([7, 0, Array.from({ length: 64 }, () => checkpoint.root)])])),
      sign1(new Map([[396, new Map([[-2, [proof]]])]])),
      sign1(proofs([proof]).set(394, new Map())),
      sign1(proofs([proof]), checkpoint.root),
      sign1(proofs([proof]), null, new Uint8Array(63)),
      statement,
      encodeCbor([]),
    ]
    for (const bytes of bad) expect(refusal(() => parseReceipt(bytes))).toBe('RECEIPT_MALFORMED')
    expect(refusal(() => parseReceipt(new Uint8Array(MAX_RECEIPT_BYTES + 1)))).toBe('RECEIPT_SIZE')
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (noise) => {
        expect(refusal(() => parseReceipt(noise))).toMatch(/^RECEIPT_/)
      }),
    )
  })
})

describe('a transparent statement', () => {
  const file = encodeTransparentStatement({ statement, receipts: [receipt] })

  test('is read as it was written, and verifies', async () => {
    expect(decodeTransparentStatement(file)).toEqual({ statement, receipts: [receipt] })
    const verified = await verifyTransparentStatement(file, log, administrator.publicKey, verify)
    expect(verified.statement.bytes).toEqual(statement)
    expect(verified.receipt.index).toBe(0)
  })

  test('with any bit turned is refused', async () => {
    for (let bit = 0; bit < file.length * 8; bit++) {
      const code = await refusalOf(verifyTransparentStatement(flip(file, bit), log, administrator.publicKey, verify))
      expect(code, `bit ${bit}`).toBeDefined()
    }
  })

  test('needs the signer’s key and a receipt of the log, and passes over those of others', async () => {
    const check = (receipts: Uint8Array[], key = administrator.publicKey) =>
      refusalOf(verifyTransparentStatement(encodeTransparentStatement({ statement, receipts }), log, key, verify))
    const foreign = encodeSign1(encodeCbor(new Map([[1, -7]])), statement, new Uint8Array(64))
    const stranger = { publicKey: publicKeyOf(seed('x')), sign: signOnNoble(seed('x')) }
    const other = buildReceipt(statement, place, checkpoint, stranger, 0)
    expect(await check([foreign, other, receipt])).toBeUndefined()
    expect(await check([foreign, other])).toBe('RECEIPT_MISSING')
    expect(await check([flip(receipt, receipt.length * 8 - 300)])).toBe('SIGNATURE')
    expect(await check([receipt], publicKeyOf(seed('x')))).toBe('KEY_UNKNOWN')
    const forged = flip(statement, statement.length * 8 - 9)
    const bytes = encodeTransparentStatement({ statement: forged, receipts: [receipt] })
    expect(await refusalOf(verifyTransparentStatement(bytes, log, administrator.publicKey, verify))).toBe('SIGNATURE')
  })

  test('of another shape is refused', () => {
    const encode = (receipts: Uint8Array[]) => refusal(() => encodeTransparentStatement({ statement, receipts }))
    expect(encode([])).toBe('RECEIPT_MALFORMED')
    expect(encode(Array.from({ length: MAX_RECEIPTS + 1 }, () => receipt))).toBe('RECEIPT_MALFORMED')
    expect(encode([new Uint8Array(300_000)])).toBe('RECEIPT_SIZE')
    expect(refusal(() => decodeTransparentStatement(statement))).toBe('RECEIPT_MALFORMED')
    expect(refusal(() => decodeTransparentStatement(receipt))).toBe('RECEIPT_MALFORMED')
    const parts = (decodeCbor(file, { maxBytes: 10_000 }) as Tagged).value as unknown[]
    const withUnprotected = (map: Map<number, unknown>) => encodeCbor(new Tagged(18, parts.with(1, map)))
    for (const map of [
      new Map([[394, 3]]),
      new Map([[394, [3]]]),
      new Map<number, unknown>([
        [394, [receipt]],
        [4, 0],
      ]),
    ])
      expect(refusal(() => decodeTransparentStatement(withUnprotected(map)))).toBe('RECEIPT_MALFORMED')
    expect(refusal(() => decodeTransparentStatement(encodeCbor(new Tagged(18, parts.with(2, null)))))).toBe(
      'RECEIPT_MALFORMED',
    )
    expect(
      refusal(() => decodeTransparentStatement(encodeCbor(new Tagged(18, parts.with(2, new Uint8Array(3)))))),
    ).toBe('STATEMENT_MALFORMED')
  })
})

const folder = vectors('statements')

describe.skipIf(folder === undefined)('receipts that others made or checked', () => {
  const read = (path: string) => new Uint8Array(readFileSync(`${folder}/${path}`))
  const pemKey = (path: string) =>
    fromBase64Url(nodeCrypto.createPublicKey(readFileSync(`${folder}/${path}`)).export({ format: 'jwk' }).x ?? '')

  test.each([
    ['receipt-leaf-is-sha256-size21-idx13.cose', sha256],
    ['receipt-leaf-is-statement-size21-idx13.cose', (statement: Uint8Array) => statement],
    ['receipt-leaf-is-statement-size1-empty-path.cose', (statement: Uint8Array) => statement],
  ])('%s', async (name, entry) => {
    const bytes = read(`ours-cross-checked/${name}`)
    const receipt = decodeDetachedReceipt(bytes, 1000)
    expect(encodeDetachedReceipt(receipt)).toEqual(bytes)
    const leaf = leafHash(entry(read('ours-cross-checked/statement-alg-8.cose')))
    const key = pemKey('ours-cross-checked/log.pub.pem')
    const signs = (leaf: Uint8Array) =>
      verify(key, receiptSigned(receipt, receiptRoot(receipt, leaf)), receipt.signature)
    expect(await signs(leaf)).toBe(true)
    expect(await signs(flip(leaf, 7))).toBe(false)
    // They have no key id and do not sign their size: our own profile asks for both.
    expect(refusal(() => parseReceipt(bytes))).toBe('RECEIPT_HEADER')
  })

  test.each([
    ['valid-eddsa', true],
    ['fail-bad-statement-sig', true],
    ['fail-tampered-path', false],
  ])('scitt-cose %s', async (name, good) => {
    const at = `scitt-cose-v1/test-vectors/v1/${name}`
    const expected = JSON.parse(readFileSync(`${folder}/${at}/expected.json`, 'utf8')) as {
      leaf_entry: string
      leaf_index: number
      tree_size: number
      inclusion_path: string[]
      reconstructed_root: string | null
    }
    const bytes = read(`${at}/receipt.cose`)
    const receipt = decodeDetachedReceipt(bytes, 1000)
    expect([receipt.index, receipt.treeSize]).toEqual([expected.leaf_index, expected.tree_size])
    expect(receipt.path.map(toHex)).toEqual(expected.inclusion_path)
    const root = receiptRoot(receipt, leafHash(fromHex(expected.leaf_entry)))
    if (good) expect(toHex(root)).toBe(expected.reconstructed_root)
    const key = pemKey(`${at}/log-key.pub`)
    expect(await verify(key, receiptSigned(receipt, root), receipt.signature)).toBe(good)
    expect(refusal(() => parseReceipt(bytes))).toBe('RECEIPT_HEADER')
  })

  test.each(['fail-unsupported-vds', 'valid-ccf-vds2'])('scitt-cose %s is not of our profile', (name) => {
    const bytes = read(`scitt-cose-v1/test-vectors/v1/${name}/receipt.cose`)
    expect(refusal(() => parseReceipt(bytes))).toMatch(/^RECEIPT_(HEADER|MALFORMED)$/)
  })

  test("RFC 9942's example of an inclusion receipt is read", () => {
    const receipt = decodeDetachedReceipt(read('rfc9942-draft18-examples/inclusion-receipt.cbor'), 1000)
    expect([receipt.treeSize, receipt.index, receipt.path.length]).toEqual([5, 3, 3])
    const consistency = read('rfc9942-draft18-examples/consistency-receipt.cbor')
    expect(refusal(() => decodeDetachedReceipt(consistency, 1000))).toBe('RECEIPT_MALFORMED')
  })

  test('every other file is refused with a code', () => {
    for (const name of readdirSync(`${folder}/ours-cross-checked`))
      expect(refusal(() => parseReceipt(read(`ours-cross-checked/${name}`)))).toMatch(/^RECEIPT_/)
  })
})
