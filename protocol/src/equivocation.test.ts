import * as nodeCrypto from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, test, vi } from 'vitest'
import { seed } from './_memory-ledger.ts'
import { flip, refusal, refusalOf } from './_refusal.ts'
import { fromUtf8, u32be, utf8 } from './bytes.ts'
import { formatCheckpoint } from './checkpoint.ts'
import { type Verify, verifyOnNode } from './ed25519.ts'
import { publicKeyOf, signOnNoble } from './ed25519-curve.ts'
import { findFork, forkEvidence, formatForkProof, parseForkProof, proveFork } from './equivocation.ts'
import { leafHash } from './merkle.ts'
import { proveConsistency, type ReadNodes, treeRoot } from './merkle-tree.ts'
import { formatVerifierKey, parseVerifierKey, signNote } from './note.ts'

vi.setConfig({ testTimeout: 30_000 }) // every bit of a file turned: seconds on a busy machine

const onNode = verifyOnNode(nodeCrypto)
const verify: Verify = async (...signed) => onNode(...signed)

/** Text of what the format is made of, so that noise comes close to it. */
const noise = fc.string({ unit: fc.constantFrom(...'\n\n\n\r =+/A0— e\u0000', 'One log signed'), maxLength: 80 })

const origin = 'ledger.example/test'
const log = { name: origin, type: 1 as const, publicKey: publicKeyOf(seed('log')), sign: signOnNoble(seed('log')) }
const logKey = parseVerifierKey(formatVerifierKey(origin, 1, log.publicKey))

/** Two histories of one log that part at leaf 5. */
const leaves = (branch: number) => Array.from({ length: 20 }, (_, i) => leafHash(u32be(i < 5 ? i : branch * 100 + i)))
const [honest, forged] = [leaves(1), leaves(2)]
const rootOf = (branch: Uint8Array[], size: number): Uint8Array => treeRoot(branch.slice(0, size))
const reader =
  (branch: Uint8Array[]): ReadNodes =>
  async (ids) =>
    ids.map(({ level, index }) => treeRoot(branch.slice(index * 2 ** level, (index + 1) * 2 ** level)))
const signed = (branch: Uint8Array[], size: number, signer = log): string =>
  signNote(formatCheckpoint({ origin, size, root: rootOf(branch, size) }), [signer])

describe('a fork', () => {
  test('is proven from any two sizes beyond the parting, in any order, and from none before it', async () => {
    for (let a = 0; a <= 20; a++)
      for (let b = 0; b <= 20; b++) {
        const read = reader(b >= a ? forged : honest)
        const proof = await findFork(signed(honest, a), signed(forged, b), read)
        if (Math.min(a, b) <= 5) expect(proof, `${a} ${b}`).toBeUndefined()
        else {
          expect(formatForkProof(parseForkProof(proof!))).toBe(proof)
          if ((a + b) % 5 !== 0) continue // each signature check costs milliseconds
          const fork = await proveFork(proof!, logKey, verify)
          expect(fork.origin).toBe(origin)
          expect(fork.checkpoints.map(({ size }) => size)).toEqual([a, b].sort((x, y) => x - y))
        }
      }
  })

  test('is not found with the nodes of another tree', async () => {
    expect(await refusalOf(findFork(signed(honest, 8), signed(forged, 13), reader(leaves(3))))).toBe('PROOF_ROOT')
  })

  test('reads like a letter', () => {
    const [first, second] = [signed(honest, 8), signed(forged, 8)]
    expect(formatForkProof({ checkpoints: [first, second] })).toBe(
      'tristamp-fork/1\n' +
        'One log signed both checkpoints below: two trees of the same size with different roots.\n' +
        `\n${first}\n${second}`,
    )
  })
})

describe('what to keep of two checkpoints', () => {
  const [old, other, grown] = [signed(honest, 8), signed(forged, 13), signed(honest, 13)]
  const refuses: ReadNodes = async () => {
    throw new Error('404')
  }

  test('is the fork proof when the log shows its tree, and nothing when it only grew', async () => {
    expect((await proveFork((await forkEvidence(other, old, reader(forged)))!, logKey, verify)).origin).toBe(origin)
    expect(await forkEvidence(old, grown, reader(honest))).toBeUndefined()
    expect(await forkEvidence(old, signed(forged, 8), refuses)).toBe(await findFork(old, signed(forged, 8), refuses))
  })

  test('is both of them, smaller first, when it does not: signed by the log, and not yet a contradiction', async () => {
    for (const read of [refuses, reader(leaves(3))]) {
      const kept = (await forkEvidence(other, old, read))!
      expect(kept).toBe(
        `tristamp-fork/1\nOne log signed both checkpoints below, and gave no proof that the one continues the other.\n\n${old}\n${other}`,
      )
      expect(await refusalOf(proveFork(kept, logKey, verify))).toBe('FORK_UNPROVEN')
    }
    expect(await refusalOf(forkEvidence(old, 'x', refuses))).toBe('FORK_MALFORMED')
  })
})

describe('an honest log is not accused', () => {
  const prefix = async (branch: Uint8Array[], from: number, to: number) => ({
    root: rootOf(branch, from),
    path: await proveConsistency(from, to, reader(branch)),
  })

  test('by the same checkpoint twice, by growth, or by a proof that is missing', async () => {
    const accuse = (proof: Parameters<typeof formatForkProof>[0]) =>
      refusalOf(proveFork(formatForkProof(proof), logKey, verify))
    expect(await accuse({ checkpoints: [signed(honest, 8), signed(honest, 8)] })).toBe('FORK_UNPROVEN')
    expect(await accuse({ checkpoints: [signed(honest, 8), signed(honest, 13)] })).toBe('FORK_UNPROVEN')
    const grown = { checkpoints: [signed(honest, 8), signed(honest, 13)] as [string, string] }
    for (const size of [7, 8]) {
      const path = await proveConsistency(size, 13, reader(honest))
      expect(await accuse({ ...grown, prefix: { root: rootOf(honest, 8), path } })).toBe('FORK_UNPROVEN')
      expect(await accuse({ ...grown, prefix: { root: rootOf(forged, 8), path } })).toBe('FORK_UNPROVEN')
    }
    expect(await accuse({ ...grown, prefix: await prefix(forged, 8, 13) })).toBe('FORK_UNPROVEN')
    // A ledger that became smaller, or turned the order round.
    expect(await accuse({ checkpoints: [signed(honest, 13), signed(honest, 8)] })).toBe('FORK_UNPROVEN')
    const turned = { checkpoints: [signed(honest, 13), signed(forged, 8)] as [string, string] }
    expect(await accuse({ ...turned, prefix: await prefix(honest, 8, 13) })).toBe('FORK_UNPROVEN')
  })

  test('by checkpoints that it did not sign, or of another log', async () => {
    const stranger = { ...log, publicKey: publicKeyOf(seed('x')), sign: signOnNoble(seed('x')) }
    const forgery = formatForkProof({ checkpoints: [signed(honest, 8), signed(forged, 8, stranger)] })
    expect(await refusalOf(proveFork(forgery, logKey, verify))).toBe('NOTE_UNSIGNED')
    const liar = { ...log, sign: stranger.sign }
    const wrong = formatForkProof({ checkpoints: [signed(honest, 8), signed(forged, 8, liar)] })
    expect(await refusalOf(proveFork(wrong, logKey, verify))).toBe('NOTE_SIGNATURE')
    const other = { ...logKey, name: 'ledger.example/other' }
    const fork = formatForkProof({ checkpoints: [signed(honest, 8), signed(forged, 8)] })
    expect(await refusalOf(proveFork(fork, other, verify))).toBe('CHECKPOINT_ORIGIN')
  })

  test('by a proof with any bit turned', async () => {
    for (const b of [8, 13]) {
      const bytes = utf8((await findFork(signed(honest, 8), signed(forged, b), reader(forged)))!)
      for (let bit = 0; bit < bytes.length * 8; bit += bit % 8 === 6 ? 2 : 3) {
        const code = await refusalOf((async () => proveFork(fromUtf8(flip(bytes, bit)), logKey, verify))())
        expect(code, `bit ${bit}`).toBeDefined()
      }
    }
  })
})

test('noise and almost-proofs are malformed', async () => {
  const same = formatForkProof({ checkpoints: [signed(honest, 8), signed(forged, 8)] })
  const larger = (await findFork(signed(honest, 8), signed(forged, 13), reader(forged)))!
  const hash = larger.split('\n')[2]!
  const bad = [
    '',
    same.replace('/1', '/2'),
    same.replace('both', 'two'),
    same.replaceAll('\n', '\r\n'),
    same.slice(0, -1),
    `${same}\n`,
    same.replace('\n\n', '\n\n\n'),
    // A root where the sizes are the same by the words above it, and none where they differ.
    same.replace('roots.\n', `roots.\n${hash}\n`),
    larger.replace(larger.slice(larger.indexOf(hash), larger.indexOf('\n\n') + 1), ''),
    larger.replace(hash, hash.slice(1)),
    larger.replace(`${hash}\n`, `${hash}\n`.repeat(64)),
    same + '— x AAAAAAA=\n'.repeat(20_000),
  ]
  for (const text of bad)
    expect(
      refusal(() => parseForkProof(text)),
      text.slice(0, 200),
    ).toBe('FORK_MALFORMED')
  fc.assert(
    fc.property(noise, (text) => {
      expect(refusal(() => parseForkProof(`tristamp-fork/1\n${text}`))).toBe('FORK_MALFORMED')
    }),
  )
  expect(refusal(() => formatForkProof({ checkpoints: ['a', 'b'] }))).toBe('FORK_MALFORMED')
})
