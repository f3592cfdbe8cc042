import * as crypto from 'node:crypto'
import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { LedgerError, verifyLedger } from '@tristamp/ledger-node'
import { verifyOnNode } from '@tristamp/protocol'
import { Level } from 'level'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { copyOf, temporaryFolder } from '../_harness/folder.ts'
import { CASE, commissioned, item, ORGANISATION, packed, sold } from '../_harness/goods.ts'
import { TestLedger } from '../_harness/ledger.ts'
import { randomFrom, seedFrom } from '../_harness/random.ts'
import { TestSigner } from '../_harness/signer.ts'

// One bit of a stopped node's files is flipped, as a failing disk does. Live are: the segment files, the checkpoint, the keys, and every
// row of the derived data. Not live are LevelDB's own log of what it did, its lock, and what of its files makes no row, as padding. A flip
// that the audit does not tell must leave every row as it was. Nothing in a ledger names the key that its node witnesses other logs with, so a
// flip in that shows elsewhere. An administrator's book of signatures lies beside that key, which has no business there: it is left out.

const ROUNDS = Number(process.env['TRISTAMP_BIT_FLIPS'] ?? 200)
const LIVE = /^(?:entries|bodies)\/\d{16}\.seg$|^checkpoint$|^keys\/(?:log|ack|admin-.*)\.pem$/
const verify = verifyOnNode(crypto)
const folder = temporaryFolder()
let ledger: TestLedger

beforeAll(async () => {
  ledger = await (await TestLedger.found(join(folder.path, 'ledger'))).start()
  const signer = new TestSigner('farm')
  await ledger.enrol(ORGANISATION, signer.enrolment())
  const record = async (batch: Uint8Array): Promise<void> => {
    const response = await ledger.post(batch)
    expect(response.status).toBe(201)
    await ledger.sealed(((await response.json()) as { entry: number }).entry)
  }
  await record(signer.batch(...['P1', 'P2', 'P3', 'P4'].map((p) => commissioned(item(p)))))
  // Started twice, LevelDB has both a table and a log.
  await ledger.stop()
  await ledger.start()
  await record(signer.batch(packed(CASE, item('P1'), item('P2'))))
  await record(signer.batch(sold(item('P1')), sold(item('P3'))))
  expect(await ledger.stop()).toBe(0)
})

afterAll(async () => {
  await ledger?.[Symbol.asyncDispose]()
  folder[Symbol.dispose]()
})

describe('a bit flipped in a stopped node’s files', () => {
  it(`is told and located wherever it changes anything, in ${ROUNDS} rounds`, async () => {
    const random = randomFrom(seedFrom('TRISTAMP_SEED'))
    const files = filesIn(ledger.data)
    const rows = await rowsOf(ledger.data)
    const count = { live: 0, located: 0, idle: 0 }
    const silent = new Map<string, number>()
    for (let round = 0; round < ROUNDS; round++) {
      using copy = copyOf(ledger.data)
      const at = placeIn(files, random())
      flipBit(join(copy.path, at.file), at.offset, Math.floor(random() * 8))
      const told = await tell(copy.path)
      const what = `round ${round}: ${at.file} offset ${at.offset}: ${told}`
      const live = LIVE.test(at.file)
      if (live) count.live++
      if (told !== undefined) {
        count.located++
        expect(told, what).toContain(live ? at.file : at.file.split('/')[0])
        continue
      }
      expect(live, what).toBe(false)
      if (at.file.startsWith('derived/')) expect(await rowsOf(copy.path), what).toEqual(rows)
      count.idle++
      const kind = at.file.replace(/\d{6}/, '*')
      silent.set(kind, (silent.get(kind) ?? 0) + 1)
    }
    console.log(
      `bit flips: ${ROUNDS}, of which ${count.located} located (${count.live} in segment files, checkpoint and keys), ${count.idle} without effect: ${[...silent].map(([kind, n]) => `${kind} ${n}`).join(', ')}`,
    )
    expect(count.located + count.idle).toBe(ROUNDS)
  }, 180_000)
})

/** What the audit says of a folder; undefined when it finds nothing. */
async function tell(data: string): Promise<string | undefined> {
  try {
    const { flaw, notes } = await verifyLedger(data, verify)
    if (flaw !== undefined)
      return `${relative(data, flaw.file)} offset ${flaw.offset} field ${flaw.field}: ${flaw.detail}`
    return notes.length === 0 ? undefined : notes.join('\n')
  } catch (error) {
    if (error instanceof LedgerError) return `${error.code}: ${error.message}`
    throw error
  }
}

function filesIn(data: string): { file: string; size: number }[] {
  return readdirSync(data, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(data, join(entry.parentPath, entry.name)))
    .filter((file) => !/^keys\/.*\.ledger\//.test(file))
    .sort()
    .map((file) => ({ file, size: statSync(join(data, file)).size }))
}

/** A byte of all of them, each as likely as any other. */
function placeIn(files: readonly { file: string; size: number }[], random: number): { file: string; offset: number } {
  let offset = Math.floor(random * files.reduce((sum, { size }) => sum + size, 0))
  for (const { file, size } of files) {
    if (offset < size) return { file, offset }
    offset -= size
  }
  throw new Error('no bytes')
}

function flipBit(path: string, offset: number, bit: number): void {
  const bytes = readFileSync(path)
  bytes[offset]! ^= 1 << bit
  writeFileSync(path, bytes)
}

/** All that a node could read from the derived data. */
async function rowsOf(data: string): Promise<string[]> {
  using copy = copyOf(data)
  const db = new Level<Buffer, Buffer>(join(copy.path, 'derived'), { keyEncoding: 'buffer', valueEncoding: 'buffer' })
  try {
    return (await db.iterator().all()).map(([key, value]) => `${key.toString('hex')}=${value.toString('hex')}`)
  } finally {
    await db.close()
  }
}
