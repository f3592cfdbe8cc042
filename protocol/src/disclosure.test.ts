import * as nodeCrypto from 'node:crypto'
import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, test, vi } from 'vitest'
import { vectors } from '../../test/_vectors.ts'
import { seed, TestSigner } from './_memory-ledger.ts'
import { flip, refusal, refusalOf } from './_refusal.ts'
import { eventLeaf } from './batch.ts'
import { fromBase64Url, fromHex } from './bytes.ts'
import { encodeSign1 } from './cose.ts'
import { decodeDetachedReceipt, encodeDetachedReceipt, receiptRoot, receiptSigned } from './detached-receipt.ts'
import { buildDisclosure, MAX_DISCLOSURE_BYTES, verifyDisclosure } from './disclosure.ts'
import { type Verify, verifyOnNode } from './ed25519.ts'
import { publicKeyOf } from './ed25519-curve.ts'
import { leafHash } from './merkle.ts'

vi.setConfig({ testTimeout: 30_000 }) // every bit of a file turned: seconds on a busy machine

const onNode = verifyOnNode(nodeCrypto)
const verify: Verify = async (...signed) => onNode(...signed)

const gateway = new TestSigner(
  'gateway',
  'https://id.gs1.org/8004/9506000134FARM1',
  'https://id.gs1.org/414/9506000134017',
)

function batch(count: number): {
  statement: Uint8Array
  leaves: Uint8Array[]
  events: { salt: Uint8Array; event: Uint8Array }[]
} {
  const { statement, events } = gateway.statement(
    'batch',
    Array.from({ length: count }, (_, i) => ({ i })),
  )
  return { statement, events, leaves: events.map(eventLeaf) }
}

describe('one event of a batch', () => {
  test('is shown without its siblings, and gives the exact statement back', async () => {
    for (const count of [1, 2, 3, 7, 64]) {
      const { statement, leaves, events } = batch(count)
      for (const [position, event] of events.entries()) {
        const receipt = buildDisclosure(statement, leaves, position)
        const disclosed = await verifyDisclosure(receipt, event, gateway.publicKey, verify)
        expect(disclosed.statement.bytes).toEqual(statement)
        expect(disclosed.position).toBe(position)
      }
    }
  })

  test('is no other event, salt or key', async () => {
    const { statement, leaves, events } = batch(5)
    const receipt = buildDisclosure(statement, leaves, 2)
    const check = (event = events[2]!, key = gateway.publicKey) =>
      refusalOf(verifyDisclosure(receipt, event, key, verify))
    expect(await check()).toBeUndefined()
    expect(await check(events[3]!)).toBe('SIGNATURE')
    expect(await check({ ...events[2]!, salt: events[3]!.salt })).toBe('SIGNATURE')
    expect(await check({ ...events[2]!, event: flip(events[2]!.event, 3) })).toBe('SIGNATURE')
    expect(await check(events[2]!, publicKeyOf(seed('x')))).toBe('KEY_UNKNOWN')
  })

  test('stands at one place of a batch of one size', async () => {
    const { statement, leaves, events } = batch(6)
    const receipt = decodeDetachedReceipt(buildDisclosure(statement, leaves, 4), 1000)
    for (let treeSize = 1; treeSize < 20; treeSize++)
      for (let index = 0; index < treeSize; index++) {
        if (treeSize === 6 && index === 4) continue
        const moved = encodeDetachedReceipt({ ...receipt, treeSize, index })
        expect(await refusalOf(verifyDisclosure(moved, events[4]!, gateway.publicKey, verify))).toBeDefined()
      }
  })

  test('with any bit turned is refused', async () => {
    const { statement, leaves, events } = batch(6)
    const receipt = buildDisclosure(statement, leaves, 4)
    for (let bit = 0; bit < receipt.length * 8; bit++) {
      const code = await refusalOf(verifyDisclosure(flip(receipt, bit), events[4]!, gateway.publicKey, verify))
      expect(code, `bit ${bit}`).toBeDefined()
    }
  })

  test('is not made out of leaves that are not the statement’s', () => {
    const { statement, leaves } = batch(4)
    const build = (of: Uint8Array[], position = 0) => refusal(() => buildDisclosure(statement, of, position))
    expect(build(leaves.slice(1))).toBe('BATCH_ROOT')
    expect(build(leaves.with(3, leaves[0]!))).toBe('BATCH_ROOT')
    expect(build(leaves, 4)).toBe('PROOF_INDEX')
  })

  test('noise and statements are refused with a code', async () => {
    const { statement, events } = batch(1)
    const check = (bytes: Uint8Array) => refusalOf(verifyDisclosure(bytes, events[0]!, gateway.publicKey, verify))
    expect(await check(statement)).toBe('RECEIPT_MALFORMED')
    expect(await check(new Uint8Array(MAX_DISCLOSURE_BYTES + 1))).toBe('RECEIPT_SIZE')
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 300 }), async (noise) => {
        expect(await check(noise)).toBe('RECEIPT_MALFORMED')
      }),
    )
  })
})

const folder = vectors('statements')

test.skipIf(folder === undefined)('event 37 of 64, which scitt-cose checked', async () => {
  const at = `${folder}/ours-cross-checked`
  const bytes = new Uint8Array(readFileSync(`${at}/batch-disclosed-event-37-of-64.cose`))
  const leaf = leafHash(fromHex(readFileSync(`${at}/batch-disclosed-event-37-leaf.hex`, 'utf8').trim()))
  const receipt = decodeDetachedReceipt(bytes, 1000)
  expect([receipt.treeSize, receipt.index]).toEqual([64, 37])
  const root = receiptRoot(receipt, leaf)
  const statement = new Uint8Array(readFileSync(`${at}/batch-statement.cose`))
  expect(encodeSign1(receipt.protectedBytes, root, receipt.signature)).toEqual(statement)
  const pem = nodeCrypto.createPublicKey(readFileSync(`${at}/batch-issuer.pub.pem`))
  const key = fromBase64Url(pem.export({ format: 'jwk' }).x ?? '')
  expect(await verify(key, receiptSigned(receipt, root), receipt.signature)).toBe(true)
})
