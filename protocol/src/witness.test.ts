import * as nodeCrypto from 'node:crypto'
import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, test, vi } from 'vitest'
import { vectors } from '../../test/_vectors.ts'
import { seed } from './_memory-ledger.ts'
import { flip, refusal, refusalOf } from './_refusal.ts'
import { fromUtf8, toBase64, u32be, utf8 } from './bytes.ts'
import { formatCheckpoint } from './checkpoint.ts'
import { type Verify, verifyOnNode } from './ed25519.ts'
import { publicKeyOf, signOnNoble } from './ed25519-curve.ts'
import { EMPTY_ROOT, leafHash } from './merkle.ts'
import { proveConsistency, type ReadNodes, treeRoot } from './merkle-tree.ts'
import { formatVerifierKey, type NoteSigner, parseNote, parseVerifierKey, signNote, verifyNote } from './note.ts'
import {
  type AddCheckpoint,
  cosign,
  formatAddCheckpoint,
  MAX_ADD_CHECKPOINT_BYTES,
  parseAddCheckpoint,
  TREE_SIZE_TYPE,
  type WitnessState,
  witnessDecision,
} from './witness.ts'
import { parseTreeSize, withCosignatures } from './witness-client.ts'

vi.setConfig({ testTimeout: 30_000 }) // every bit of a file turned: seconds on a busy machine

const onNode = verifyOnNode(nodeCrypto)
const verify: Verify = async (...signed) => onNode(...signed)

/** Text of what the format is made of, so that noise comes close to it. */
const noise = fc.string({ unit: fc.constantFrom(...'\n\n\n\r =+/A0— e\u0000', 'old 1', 'size 1'), maxLength: 80 })

const origin = 'ledger.example/test'
function signer<Type extends 1 | 4>(name: string, type: Type, key: string): NoteSigner & { type: Type } {
  return { name, type, publicKey: publicKeyOf(seed(key)), sign: signOnNoble(seed(key)) }
}
const keyOf = ({ name, type, publicKey }: NoteSigner) => parseVerifierKey(formatVerifierKey(name, type, publicKey))
const log = signer(origin, 1, 'log')
const logKey = keyOf(log)
const witness = signer('witness.example', 4, 'witness')

const leaves = Array.from({ length: 20 }, (_, i) => leafHash(u32be(i)))
const rootAt = (size: number): Uint8Array => treeRoot(leaves.slice(0, size))
const read: ReadNodes = async (ids) =>
  ids.map(({ level, index }) => treeRoot(leaves.slice(index * 2 ** level, (index + 1) * 2 ** level)))
const signed = (size: number, root = rootAt(size), signers: NoteSigner[] = [log]): string =>
  signNote(formatCheckpoint({ origin, size, root }), signers)

async function ask(oldSize: number, size: number): Promise<AddCheckpoint> {
  const path = oldSize > 0 && oldSize <= size ? await proveConsistency(oldSize, size, read) : []
  return { oldSize, path, checkpoint: signed(size) }
}

const decide = (state: WitnessState | undefined, request: AddCheckpoint, key: typeof logKey | undefined = logKey) =>
  witnessDecision(state, parseAddCheckpoint(formatAddCheckpoint(request)), key, verify)
const at = (size: number): WitnessState => ({ size, root: rootAt(size) })

describe('a request', () => {
  test('is read as it was written', async () => {
    const request = await ask(3, 11)
    expect(parseAddCheckpoint(formatAddCheckpoint(request))).toMatchObject({
      ...request,
      claim: { origin, size: 11, root: rootAt(11) },
    })
  })

  test('is refused unless it is exactly so', async () => {
    const request = await ask(3, 11)
    const good = formatAddCheckpoint(request)
    const hash = toBase64(request.path[0]!)
    const bad = [
      '',
      good.replace('old 3', 'old 03'),
      good.replace('old 3', 'old -3'),
      good.replace('old 3', 'old  3'),
      good.replace('old 3', 'old 3 '),
      good.replace('old 3', 'old 9007199254740992'),
      good.replace('old 3', 'size 3'),
      good.replace('old 3\n', ''),
      good.replaceAll('\n', '\r\n'),
      good.replace(hash, hash.slice(0, -1)),
      good.replace(hash, toBase64(new Uint8Array(33))),
      good.replace(`${hash}\n`, `${hash}\n`.repeat(61)),
      good.replace('\n\n', '\n'),
      good.replace('\n\n', '\n\n\n'),
      good.slice(0, -1),
      `${good}\n`,
      good.replace(/\n\n—/, '\nextension\n\n—'),
      good + '— x AAAAAAA=\n'.repeat(101),
      good.padEnd(MAX_ADD_CHECKPOINT_BYTES + 1, 'x'),
    ]
    for (const body of bad) {
      expect(body).not.toBe(good)
      expect(
        refusal(() => parseAddCheckpoint(body)),
        body.slice(0, 60),
      ).toBe('WITNESS_MALFORMED')
    }
    expect(refusal(() => formatAddCheckpoint({ ...request, oldSize: 0.5 }))).toBe('WITNESS_MALFORMED')
    fc.assert(
      fc.property(noise, (text) => {
        expect(refusal(() => parseAddCheckpoint(`old 3\n${text}`))).toBe('WITNESS_MALFORMED')
      }),
    )
  })
})

describe('a witness', () => {
  test('follows a log that only grows, from any size to any', async () => {
    for (let oldSize = 0; oldSize <= leaves.length; oldSize++)
      for (let size = oldSize; size <= leaves.length; size++) {
        const decision = await decide(oldSize === 0 ? undefined : at(oldSize), await ask(oldSize, size))
        expect(decision).toEqual({ status: 200, next: at(size) })
      }
    expect(await decide({ size: 0, root: EMPTY_ROOT }, await ask(0, 5))).toEqual({ status: 200, next: at(5) })
  })

  test('400 before all else: an old size beyond the checkpoint', async () => {
    expect(await decide(at(9), await ask(9, 8), undefined)).toMatchObject({ status: 400 })
  })

  test('404 for a log that it does not know, also under the name of another', async () => {
    expect(
      await witnessDecision(at(3), parseAddCheckpoint(formatAddCheckpoint(await ask(3, 5))), undefined, verify),
    ).toMatchObject({ status: 404 })
    expect(await decide(at(3), await ask(3, 5), { ...logKey, name: 'another.example' })).toMatchObject({ status: 404 })
  })

  test('403 when the log did not sign, before it tells what it knows', async () => {
    const stranger = signer(origin, 1, 'stranger')
    const request = { ...(await ask(4, 5)), checkpoint: signed(5, rootAt(5), [stranger]) }
    expect(await decide(at(3), request)).toMatchObject({ status: 403 })
    const cosignedOnly = {
      ...request,
      checkpoint: signNote(formatCheckpoint({ origin, size: 5, root: rootAt(5) }), [witness], 7),
    }
    expect(await decide(at(3), cosignedOnly)).toMatchObject({ status: 403 })
    const spelled = request.checkpoint.replace(
      /([A-Za-z0-9+/])=\n$/,
      (_, digit: string) => `${String.fromCharCode(digit.charCodeAt(0) + 1)}=\n`,
    )
    expect(await decide(at(3), { ...request, checkpoint: spelled })).toMatchObject({ status: 403 })
    // Signatures by unknown keys are passed over when the log's own is good.
    expect(await decide(at(4), { ...request, checkpoint: signed(5, rootAt(5), [stranger, log]) })).toMatchObject({
      status: 200,
    })
  })

  test('409 with its size, for 0 and for every other', async () => {
    for (const oldSize of [0, 3, 5]) {
      const decision = await decide(at(4), await ask(oldSize, 6))
      expect(decision).toEqual({ status: 409, contentType: 'text/x.tlog.size', body: '4\n' })
      if (decision.status === 200) throw new Error('cosigned')
      expect(parseTreeSize(decision.contentType, decision.body)).toBe(4)
    }
    expect(await decide(undefined, await ask(3, 6))).toMatchObject({ status: 409, body: '0\n' })
  })

  test('422 for a proof that does not hold, for one that must not be there, for another root, for an empty tree with a root', async () => {
    const other = treeRoot(leaves.slice(1, 6))
    const hash = rootAt(1)
    const cases: [WitnessState | undefined, AddCheckpoint][] = [
      [at(3), { ...(await ask(3, 5)), path: [] }],
      [at(3), { ...(await ask(3, 5)), path: (await ask(2, 5)).path }],
      [at(3), { ...(await ask(3, 5)), checkpoint: signed(5, other) }],
      [{ size: 3, root: other }, await ask(3, 5)],
      [at(5), { oldSize: 5, path: [], checkpoint: signed(5, other) }],
      [at(5), { oldSize: 5, path: [hash], checkpoint: signed(5) }],
      [undefined, { oldSize: 0, path: [hash], checkpoint: signed(5) }],
      [undefined, { oldSize: 0, path: [], checkpoint: signed(0, hash) }],
      [
        { size: 0, root: EMPTY_ROOT },
        { oldSize: 0, path: [hash], checkpoint: signed(5) },
      ],
    ]
    for (const [state, request] of cases) expect(await decide(state, request)).toMatchObject({ status: 422 })
  })

  test('never cosigns a request with a bit turned', async () => {
    const bytes = utf8(formatAddCheckpoint(await ask(3, 5)))
    for (let bit = 0; bit < bytes.length * 8; bit++) {
      const status = await (async () => {
        try {
          return (await witnessDecision(at(3), parseAddCheckpoint(fromUtf8(flip(bytes, bit))), logKey, verify)).status
        } catch {
          return 400
        }
      })()
      expect(status, `bit ${bit}`).not.toBe(200)
    }
  })

  test('answers with a cosignature that the client takes over', async () => {
    const request = parseAddCheckpoint(formatAddCheckpoint(await ask(3, 5)))
    const answer = cosign(request.note, witness, 1_795_000_000)
    const note = await withCosignatures(request.checkpoint, answer, [keyOf(witness)], verify)
    const keys = [logKey, keyOf(witness)]
    expect(await verifyNote(parseNote(note), keys, verify)).toEqual([
      { key: keys[0] },
      { key: keys[1], timeS: 1_795_000_000 },
    ])
    // A later one replaces it; a stranger's beside it is left out, and so is a second line that nobody verified.
    const stranger = signer('stranger.example', 4, 'stranger')
    const later = cosign(request.note, stranger, 9) + cosign(request.note, witness, 1_795_000_009) + answer
    const again = parseNote(await withCosignatures(note, later, keys, verify))
    expect(again.signatures).toHaveLength(2)
    expect((await verifyNote(again, keys, verify))[1]).toMatchObject({ timeS: 1_795_000_009 })
  })

  test('is not believed when its answer is of nobody, wrong, or about another checkpoint', async () => {
    const { checkpoint } = await ask(3, 5)
    const other = parseNote((await ask(3, 6)).checkpoint)
    const take = (answer: string) => refusalOf(withCosignatures(checkpoint, answer, [logKey, keyOf(witness)], verify))
    expect(await take(cosign(other, witness, 1))).toBe('NOTE_SIGNATURE')
    expect(await take(cosign(parseNote(checkpoint), signer('stranger.example', 4, 'stranger'), 1))).toBe(
      'NOTE_UNSIGNED',
    )
    expect(await take('thank you\n')).toBe('NOTE_MALFORMED')
    // The log cannot witness itself.
    expect(await take(checkpoint.slice(checkpoint.indexOf('— ')))).toBe('NOTE_UNSIGNED')
  })

  test('explains a conflict by a size or not at all', () => {
    expect(parseTreeSize(`${TREE_SIZE_TYPE}; charset=utf-8`, '12\n')).toBe(12)
    for (const [type, body] of [
      [null, '12\n'],
      ['text/plain', '12\n'],
      [TREE_SIZE_TYPE, '12'],
      [TREE_SIZE_TYPE, '012\n'],
      [TREE_SIZE_TYPE, 'root mismatch\n'],
    ] as const)
      expect(refusal(() => parseTreeSize(type, body))).toBe('WITNESS_MALFORMED')
  })
})

const folder = vectors('log')

describe.skipIf(folder === undefined)("litewitness's requests, in order", () => {
  test('answers', async () => {
    const file = JSON.parse(readFileSync(`${folder}/witness-add-checkpoint.json`, 'utf8')) as {
      log: { origin: string; vkey: string }
      cases: { i: number; body: string; status: number; responseBody?: string }[]
    }
    const key = parseVerifierKey(file.log.vkey)
    let state: WitnessState | undefined
    for (const { i, body, status, responseBody } of file.cases) {
      const request = parseAddCheckpoint(body)
      expect(formatAddCheckpoint(request)).toBe(body)
      const decision = await witnessDecision(
        state,
        request,
        request.claim.origin === key.name ? key : undefined,
        verify,
      )
      // An unknown log was 403 in that version and is 404 in the specification.
      expect(decision.status, `case ${i}`).toBe(i === 2 ? 404 : status)
      if (decision.status === 200) state = decision.next
      else if (responseBody !== undefined) expect(decision.body).toBe(responseBody)
    }
    expect(state?.size).toBe(5)
  })
})
