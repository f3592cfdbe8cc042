import * as nodeCrypto from 'node:crypto'
import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, test, vi } from 'vitest'
import { vectors } from '../../test/_vectors.ts'
import { MemoryLedger, seed } from './_memory-ledger.ts'
import { flip, refusal, refusalOf } from './_refusal.ts'
import { fromUtf8, toBase64, utf8 } from './bytes.ts'
import { type Verify, verifyOnNode } from './ed25519.ts'
import { publicKeyOf, signOnNoble } from './ed25519-curve.ts'
import { leafHash } from './merkle.ts'
import { inclusionProof } from './merkle-tree.ts'
import { parseNote, signNote } from './note.ts'
import { type Policy, parsePolicy } from './policy.ts'
import { formatTlogProof, MAX_EXTRA_BYTES, parseTlogProof, type TlogProof, verifyTlogProof } from './tlog-proof.ts'
import { formatVerifierKey } from './verifier-key.ts'

vi.setConfig({ testTimeout: 30_000 }) // every bit of a file turned: seconds on a busy machine

const onNode = verifyOnNode(nodeCrypto)
const verify: Verify = async (...signed) => onNode(...signed)

/** Text of what the format is made of, so that noise comes close to it. */
const noise = fc.string({ unit: fc.constantFrom(...'\n\n\n\r =+/A0— e\u0000', 'index 1', 'extra AAAA'), maxLength: 80 })

const ledger = new MemoryLedger()
ledger.seal()
for (let i = 0; i < 5; i++) ledger.seal()
const { checkpoint } = ledger.source()

function proofOf(index: number, extra?: Uint8Array): TlogProof {
  const path = inclusionProof(ledger.entries.map(leafHash), index)
  return { index, path, checkpoint, ...(extra && { extra }) }
}

const witness = {
  name: 'witness.example',
  type: 4 as const,
  publicKey: publicKeyOf(seed('w')),
  sign: signOnNoble(seed('w')),
}
const witnessKey = formatVerifierKey(witness.name, 4, witness.publicKey)
const witnessed: Policy = parsePolicy(`log ${ledger.logKey}\nwitness w ${witnessKey}\nquorum w\n`)

describe('a proof', () => {
  test('is read as it was written, and proves each entry and no other', async () => {
    for (const [index, entry] of ledger.entries.entries()) {
      const proof = proofOf(index)
      const text = formatTlogProof(proof)
      expect(parseTlogProof(text)).toEqual(proof)
      const verdict = await verifyTlogProof(parseTlogProof(text), entry, ledger.policy, verify)
      expect(verdict).toMatchObject({
        checkpoint: { origin: ledger.origin, size: ledger.entries.length },
        quorum: true,
      })
      const other = ledger.entries[(index + 1) % ledger.entries.length]!
      expect(await refusalOf(verifyTlogProof(proof, other, ledger.policy, verify))).toBe('PROOF_ROOT')
      expect(
        await refusalOf(verifyTlogProof({ ...proof, path: proof.path.slice(1) }, entry, ledger.policy, verify)),
      ).toBe('PROOF_LENGTH')
      expect(await refusalOf(verifyTlogProof({ ...proof, index: 99 }, entry, ledger.policy, verify))).toBe(
        'PROOF_INDEX',
      )
    }
  })

  test('carries extra data that nobody signed', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 100 }), fc.nat(), (extra, index) => {
        const proof = { ...proofOf(0, extra), index }
        expect(parseTlogProof(formatTlogProof(proof))).toEqual(proof)
      }),
    )
    expect(refusal(() => formatTlogProof(proofOf(0, new Uint8Array(MAX_EXTRA_BYTES + 1))))).toBe('TLOG_PROOF_MALFORMED')
  })

  test('needs the quorum of the policy', async () => {
    const entry = ledger.entries[3]!
    expect(await refusalOf(verifyTlogProof(proofOf(3), entry, witnessed, verify))).toBe('POLICY_QUORUM')
    const { text, signatures } = parseNote(checkpoint)
    const cosigned = signNote(text, [witness], 1_795_000_000)
    const both = `${text}\n${checkpoint.slice(text.length + 1)}${cosigned.slice(text.length + 1)}`
    expect(parseNote(both).signatures).toHaveLength(signatures.length + 1)
    const verdict = await verifyTlogProof({ ...proofOf(3), checkpoint: both }, entry, witnessed, verify)
    expect(verdict.cosigned).toEqual([{ name: 'w', timeS: 1_795_000_000 }])
    // Witnesses alone do not make a log.
    expect(await refusalOf(verifyTlogProof({ ...proofOf(3), checkpoint: cosigned }, entry, witnessed, verify))).toBe(
      'NOTE_UNSIGNED',
    )
  })

  test('of a log that the policy does not name is refused', async () => {
    const other = new MemoryLedger('ledger.example/other')
    expect(await refusalOf(verifyTlogProof(proofOf(3), ledger.entries[3]!, other.policy, verify))).toBe(
      'CHECKPOINT_ORIGIN',
    )
  })

  test('with any bit turned is refused', async () => {
    const bytes = utf8(formatTlogProof(proofOf(3)))
    for (let bit = 0; bit < bytes.length * 8; bit += bit % 8 === 6 ? 2 : 3) {
      const code = await refusalOf(
        (async () =>
          verifyTlogProof(parseTlogProof(fromUtf8(flip(bytes, bit))), ledger.entries[3]!, ledger.policy, verify))(),
      )
      expect(code, `bit ${bit}`).toBeDefined()
    }
  })
})

describe('refused', () => {
  const good = formatTlogProof(proofOf(3))
  const hash = toBase64(proofOf(3).path[0]!)
  test.each([
    ['nothing', ''],
    ['another version', good.replace('@v1', '@v2')],
    ['CRLF', good.replaceAll('\n', '\r\n')],
    ['CRLF in one line', good.replace('index 3\n', 'index 3\r\n')],
    ['a leading zero', good.replace('index 3', 'index 03')],
    ['a sign', good.replace('index 3', 'index +3')],
    ['an index beyond 2^53', good.replace('index 3', 'index 9007199254740992')],
    ['no index', good.replace('index 3\n', '')],
    ['a blank at the end of a line', good.replace('index 3', 'index 3 ')],
    ['extra data after the index', good.replace('index 3\n', 'index 3\nextra AAAA\n')],
    ['extra data twice', good.replace('index 3\n', 'extra AAAA\nextra AAAA\nindex 3\n')],
    ['extra data without padding', good.replace('index 3\n', 'extra AA\nindex 3\n')],
    [
      'set pad bits',
      good.replace(
        hash,
        `${hash.slice(0, -2)}${hash.at(-2) === 'A' ? 'B' : String.fromCharCode(hash.charCodeAt(hash.length - 2) + 1)}=`,
      ),
    ],
    ['a hash of 31 bytes', good.replace(hash, toBase64(new Uint8Array(31)))],
    ['64 hashes', good.replace(`${hash}\n`, `${hash}\n`.repeat(62))],
    ['a blank line more', good.replace('\n\n', '\n\n\n')],
    ['no blank line', good.replace('\n\n', '\n')],
    ['no newline at the end', good.slice(0, -1)],
    ['something after the end', `${good}\n`],
    ['no signature', good.slice(0, good.indexOf('— '))],
    ['a checkpoint with an extension line', good.replace(/\n\n—/, '\nextension\n\n—')],
    ['a byte order mark', `\ufeff${good}`],
    ['too much', good + '— x AAAAAAA=\n'.repeat(20_000)],
  ])('%s', (_, text) => {
    expect(text).not.toBe(good)
    expect(refusal(() => parseTlogProof(text))).toBe('TLOG_PROOF_MALFORMED')
  })

  test('noise, always with our code', () => {
    fc.assert(
      fc.property(noise, (text) => {
        expect(refusal(() => parseTlogProof(text))).toBe('TLOG_PROOF_MALFORMED')
        expect(refusal(() => parseTlogProof(`c2sp.org/tlog-proof@v1\n${text}`))).toBe('TLOG_PROOF_MALFORMED')
      }),
    )
  })

  test('what cannot be read back is not written', () => {
    expect(refusal(() => formatTlogProof({ ...proofOf(3), index: -1 }))).toBe('TLOG_PROOF_MALFORMED')
    expect(refusal(() => formatTlogProof({ ...proofOf(3), path: [new Uint8Array(3)] }))).toBe('TLOG_PROOF_MALFORMED')
    expect(refusal(() => formatTlogProof({ ...proofOf(3), checkpoint: 'x\n' }))).toBe('TLOG_PROOF_MALFORMED')
  })
})

const folder = vectors('log')

const none = { vkey: '', good: [], malformed: [] }
const tessera: {
  vkey: string
  good: { index: number; entry: string; proof: string }[]
  malformed: { name: string; proof: string }[]
} = folder === undefined ? none : JSON.parse(readFileSync(`${folder}/tlog-proofs.json`, 'utf8'))

describe.skipIf(folder === undefined)("Tessera's log", () => {
  test.each(tessera.good)('entry $index', async ({ index, entry, proof }) => {
    const policy = parsePolicy(`log ${tessera.vkey}\nquorum none\n`)
    const parsed = parseTlogProof(proof)
    expect(parsed.index).toBe(index)
    expect(formatTlogProof(parsed)).toBe(proof)
    expect((await verifyTlogProof(parsed, utf8(entry), policy, verify)).checkpoint.size).toBe(15)
    expect(await refusalOf(verifyTlogProof(parsed, utf8(`${entry}.`), policy, verify))).toBe('PROOF_ROOT')
  })

  test.each(tessera.malformed)('malformed: $name', ({ proof }) => {
    expect(refusal(() => parseTlogProof(proof))).toBe('TLOG_PROOF_MALFORMED')
    // The checkpoints of these are none; with a good one it must be the line itself that is refused.
    const tail = tessera.good[0]!.proof.split('\n\n').slice(1).join('\n\n')
    const repaired = `${proof.slice(0, proof.indexOf('\n\n'))}\n\n${tail}`
    expect(refusal(() => parseTlogProof(repaired))).toBe('TLOG_PROOF_MALFORMED')
  })
})
