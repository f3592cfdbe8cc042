import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { seed, TestSigner } from './_memory-ledger.ts'
import { type Ack, encodeAck, openAck } from './ack.ts'
import { batchPath, batchRoot, decodeBatch, encodeBatch, eventLeaf } from './batch.ts'
import { utf8 } from './bytes.ts'
import { publicKeyOf, signOnNoble, verifyOnNoble } from './ed25519-curve.ts'
import { ProtocolError } from './error.ts'
import { verifyInclusion } from './merkle.ts'
import { encodeSeal, isSeal, parseSeal, sealHash } from './seal.ts'
import { parseStatement } from './statement.ts'

const hash = fc.uint8Array({ minLength: 32, maxLength: 32 })
const uint = fc.oneof(fc.nat(), fc.maxSafeNat())
const station = 'https://id.gs1.org/414/9506000134017'
const signer = (): TestSigner => new TestSigner('gateway', 'https://id.gs1.org/8004/9506000134FARM1', station)

/** Any byte of any message of ours, flipped: refused with a code of ours, never accepted, never another error. */
function flipped(bytes: Uint8Array, read: (b: Uint8Array) => void): void {
  for (let i = 0; i < bytes.length; i++) {
    const copy = bytes.slice()
    copy[i]! ^= 0x01
    expect(() => read(copy), `byte ${i}`).toThrow(ProtocolError)
  }
}

describe('statement', () => {
  it('is read as it was written, and signed over exactly what is read', () => {
    const gateway = signer()
    const { statement, events } = gateway.statement('batch', [{ a: 1 }, { b: 2 }])
    const parsed = parseStatement(statement)
    expect(parsed.header).toMatchObject({ kind: 'batch', seq: 0, count: 2, sub: station, alg: -8 })
    expect(parsed.root).toEqual(batchRoot(events))
    expect(verifyOnNoble(gateway.publicKey, parsed.signed, parsed.signature)).toBe(true)
    const second = parseStatement(gateway.statement('batch', [{}]).statement)
    expect(second.header.seq).toBe(1)
    expect(second.header.prev).toEqual(gateway.prev.length === 32 ? second.header.prev : null)
  })

  it('any flipped byte is malformed or breaks the signature', () => {
    const gateway = signer()
    const { statement } = gateway.statement('batch', [{ a: 1 }])
    flipped(statement, (bytes) => {
      const parsed = parseStatement(bytes)
      if (!verifyOnNoble(gateway.publicKey, parsed.signed, parsed.signature))
        throw new ProtocolError('SIGNATURE', 'as it should')
    })
  })

  it('noise is refused with a code', () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ maxLength: 400 }),
        (noise) => void expect(() => parseStatement(noise)).toThrow(ProtocolError),
      ),
    )
  })
})

describe('batch', () => {
  it('travels, and each event is proved without its siblings', () => {
    const gateway = signer()
    fc.assert(
      fc.property(fc.array(fc.string(), { minLength: 1, maxLength: 20 }), (texts) => {
        const { statement, events } = gateway.statement('batch', texts)
        const back = decodeBatch(encodeBatch(statement, events))
        expect(back).toEqual({ statement, events })
        const leaves = events.map(eventLeaf)
        for (const [i, e] of events.entries()) {
          verifyInclusion(eventLeaf(e), i, events.length, batchPath(leaves, i), batchRoot(events))
        }
      }),
    )
  })

  it('refuses noise, no events, too many, a short salt, an event too large', () => {
    const { statement, events } = signer().statement('batch', [{ a: 1 }])
    const one = events[0]!
    const code = (bytes: Uint8Array): string => {
      try {
        decodeBatch(bytes)
        return 'accepted'
      } catch (error) {
        return (error as ProtocolError).code
      }
    }
    expect(code(encodeBatch(statement, []))).toBe('BATCH_SIZE')
    expect(
      code(
        encodeBatch(
          statement,
          Array.from({ length: 1025 }, () => one),
        ),
      ),
    ).toBe('BATCH_SIZE')
    expect(code(encodeBatch(statement, [{ ...one, salt: one.salt.slice(1) }]))).toBe('BATCH_MALFORMED')
    expect(code(encodeBatch(statement, [{ ...one, event: new Uint8Array(32769) }]))).toBe('EVENT_SIZE')
    expect(code(utf8('noise'))).toBe('BATCH_MALFORMED')
  })
})

describe('seal', () => {
  const seal = fc.record({
    height: uint,
    previous: hash,
    firstEntry: uint,
    entryCount: uint,
    eventCount: uint,
    timeMs: uint,
    historyRoot: hash,
  })

  it('is read as it was written and told from a statement', () => {
    fc.assert(
      fc.property(seal, (value) => {
        const bytes = encodeSeal(value)
        expect(parseSeal(bytes)).toEqual(value)
        expect(isSeal(bytes)).toBe(true)
        expect(sealHash(bytes)).toHaveLength(32)
      }),
    )
    expect(isSeal(signer().statement('batch', [1]).statement)).toBe(false)
  })
})

describe('ack', () => {
  const sign = signOnNoble(seed('ack'))
  const key = publicKeyOf(seed('ack'))
  const ack = fc.oneof(
    fc.record({ kind: fc.constant('ack' as const), kid: hash, seq: uint, prev: hash, entry: uint, treeSize: uint }),
    fc.record({
      kind: fc.constant('expected' as const),
      kid: hash,
      expected: uint,
      prev: hash,
      reason: fc.constant('SEQ_EXPECTED' as const),
    }),
  )

  it('is read as it was written, by whom it is from', () => {
    fc.assert(
      fc.property(ack, (value: Ack) => {
        const bytes = encodeAck(value, key, sign)
        expect(openAck(bytes, key, verifyOnNoble)).toEqual(value)
        expect(() => openAck(bytes, publicKeyOf(seed('other')), verifyOnNoble)).toThrow('SIGNATURE')
      }),
      { numRuns: 20 },
    )
  })

  it('any flipped byte is refused', () => {
    const bytes = encodeAck({ kind: 'ack', kid: key, seq: 7, prev: key, entry: 9, treeSize: 10 }, key, sign)
    flipped(bytes, (b) => void openAck(b, key, verifyOnNoble))
  })
})
