import { readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import {
  formatAddCheckpoint,
  formatCheckpoint,
  formatVerifierKey,
  leafHash,
  parseNote,
  parseSignatures,
  parseVerifierKey,
  proveConsistency,
  proveFork,
  type ReadNodes,
  signNote,
  treeRoot,
  u32be,
  utf8,
  verifyNote,
} from '@tristamp/protocol'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { temporaryFolder } from '../_harness.ts'
import { type Disk, nodeDisk } from '../disk.ts'
import { makeKey, type SigningKey } from '../keys.ts'
import { verifySignature } from '../node-crypto.ts'
import { Witness, type WitnessAnswer } from './witness.ts'
import { nameOf } from './witness-store.ts'

const origin = 'log.example/one'
const verify = async (...signed: Parameters<typeof verifySignature>) => verifySignature(...signed)

/** Two histories that part at leaf 5. */
const leaves = (branch: number) => Array.from({ length: 20 }, (_, i) => leafHash(u32be(i < 5 ? i : branch * 100 + i)))
const [honest, forged] = [leaves(1), leaves(2)]
const nodes =
  (branch: Uint8Array[]): ReadNodes =>
  async (ids) =>
    ids.map(({ level, index }) => treeRoot(branch.slice(index * 2 ** level, (index + 1) * 2 ** level)))

let folder: Awaited<ReturnType<typeof temporaryFolder>>
let logKey: SigningKey
let key: SigningKey
let alerts: string[]
beforeEach(async () => {
  folder = await temporaryFolder()
  logKey = await makeKey(join(folder.path, 'log.pem'))
  key = await makeKey(join(folder.path, 'witness.pem'))
  alerts = []
})
afterEach(() => folder.remove())

const log = () => parseVerifierKey(formatVerifierKey(origin, 1, logKey.publicKey))
const open = (disk: Disk = nodeDisk): Promise<Witness> =>
  Witness.open({
    disk,
    folder: join(folder.path, 'witness'),
    name: 'w.example',
    key,
    logs: [log()],
    verify: verifySignature,
    now: () => 1_795_000_000_999,
    alert: (text) => alerts.push(text),
  })
const signed = (size: number, branch = honest, name = origin): string =>
  signNote(formatCheckpoint({ origin: name, size, root: treeRoot(branch.slice(0, size)) }), [
    { name, type: 1, ...logKey },
  ])
async function ask(witness: Witness, oldSize: number, size: number, branch = honest): Promise<WitnessAnswer> {
  const path = oldSize === 0 || oldSize > size ? [] : await proveConsistency(oldSize, size, nodes(branch))
  return witness.addCheckpoint(utf8(formatAddCheckpoint({ oldSize, path, checkpoint: signed(size, branch) })))
}

describe('a witness', () => {
  test('cosigns what grows, and remembers it over a restart', async () => {
    const witness = await open()
    const first = await ask(witness, 0, 3)
    expect(first).toMatchObject({ status: 200, contentType: 'text/plain; charset=utf-8' })
    const cosigned = { text: parseNote(signed(3)).text, signatures: parseSignatures(first.body) }
    expect(await verifyNote(cosigned, [parseVerifierKey(witness.vkey)], verify)).toMatchObject([
      { timeS: 1_795_000_000 },
    ])
    expect(await ask(witness, 3, 8)).toMatchObject({ status: 200 })
    const again = await open()
    expect(await ask(again, 3, 9)).toEqual({ status: 409, contentType: 'text/x.tlog.size', body: '8\n' })
    expect(await ask(again, 8, 8)).toMatchObject({ status: 200 })
    const held = parseNote(again.latest(nameOf(origin))!)
    expect(await verifyNote(held, [log(), parseVerifierKey(again.vkey)], verify)).toHaveLength(2)
    expect(again.latest('00')).toBeUndefined()
  })

  test('answers 400, 404, 403 to what it should not have been asked', async () => {
    const witness = await open()
    for (const body of ['', 'old 0\n', 'old 1\n\nx', signed(3)])
      expect(await witness.addCheckpoint(utf8(body)), body).toMatchObject({ status: 400 })
    expect(await witness.addCheckpoint(Uint8Array.of(0xff))).toMatchObject({ status: 400 })
    const stranger = formatAddCheckpoint({ oldSize: 0, path: [], checkpoint: signed(3, honest, 'other.example') })
    expect(await witness.addCheckpoint(utf8(stranger))).toMatchObject({ status: 404 })
    const unsigned = signNote(parseNote(signed(3)).text, [{ name: origin, type: 1, ...key }])
    expect(
      await witness.addCheckpoint(utf8(formatAddCheckpoint({ oldSize: 0, path: [], checkpoint: unsigned }))),
    ).toMatchObject({ status: 403 })
    expect(await ask(witness, 5, 3)).toMatchObject({ status: 400 })
    expect(alerts).toEqual([])
  })

  test('of many at once, cosigns one line of history', async () => {
    const witness = await open()
    await ask(witness, 0, 6)
    const answers = await Promise.all([
      ask(witness, 6, 9),
      ask(witness, 6, 9, forged),
      ask(witness, 6, 8),
      ask(witness, 6, 12, forged),
    ])
    expect(answers.map(({ status }) => status)).toEqual([200, 409, 409, 409])
  })

  test('keeps evidence of a fork: a proof at the same size, both notes at a larger one', async () => {
    const witness = await open()
    await ask(witness, 0, 8)
    expect(await ask(witness, 8, 8, forged)).toMatchObject({ status: 422 })
    expect(await ask(witness, 8, 8, forged)).toMatchObject({ status: 422 })
    expect(alerts).toHaveLength(1)
    const evidence = join(folder.path, 'witness', 'evidence')
    const [name] = await readdir(evidence)
    const fork = await proveFork(await readFile(join(evidence, name!), 'utf8'), log(), verify)
    expect(fork.checkpoints.map(({ size }) => size)).toEqual([8, 8])
    expect(await ask(witness, 8, 13, forged)).toMatchObject({ status: 422 })
    expect(await readdir(evidence)).toHaveLength(2)
    expect(await ask(witness, 8, 13)).toMatchObject({ status: 200 })
  })

  test('says nothing that its disk does not have', async () => {
    const failing: Disk = { ...nodeDisk, replace: () => Promise.reject(new Error('EIO')) }
    await expect(ask(await open(failing), 0, 3)).rejects.toThrow('EIO')
    const witness = await open()
    expect(await ask(witness, 0, 4)).toMatchObject({ status: 200 })
  })

  test('does not start on a memory that was changed', async () => {
    await ask(await open(), 0, 6)
    const path = join(folder.path, 'witness', nameOf(origin))
    const text = await readFile(path, 'utf8')
    for (const changed of [text.replace('\n6\n', '\n5\n'), text.slice(0, -3), '', text.split('\n\n')[0]!]) {
      await writeFile(path, changed)
      await expect(open()).rejects.toMatchObject({ code: 'WITNESS_STATE' })
    }
    await writeFile(path, text)
    expect(await ask(await open(), 6, 7)).toMatchObject({ status: 200 })
  })
})
