import { createHash } from 'node:crypto'
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Level } from 'level'
import { afterEach, describe, expect, it } from 'vitest'
import { isBearable, repairApart } from './repair-apart.ts'

const folders: string[] = []
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true })
})

/** Keys without a common beginning, so that each stands whole in its table. */
const KEYS = Array.from({ length: 40 }, (_, i) => createHash('sha256').update(`${i}`).digest('hex')).sort((a, b) =>
  a < b ? -1 : 1,
)
/** Nothing of it is shared with the key before. */
const FIRST_OF_ITS_DIGIT = KEYS.find((key, i) => i > 3 && key[0] !== KEYS[i - 1]![0])!

async function opened<T>(folder: string, work: (database: Level) => Promise<T>): Promise<T> {
  const database = new Level(folder, { compression: false })
  await database.open()
  try {
    return await work(database)
  } finally {
    await database.close()
  }
}

/** A database of two tables: one with the key `first`, one with the other keys. */
async function database(): Promise<{ folder: string; table: string }> {
  const folder = mkdtempSync(join(tmpdir(), 'tristamp-apart-'))
  folders.push(folder)
  await opened(folder, (level) => level.put('first', 'kept'))
  await opened(folder, (level) => level.batch(KEYS.map((key) => ({ type: 'put', key, value: key.repeat(16) }))))
  await opened(folder, async () => undefined)
  const tables = readdirSync(folder).filter((name) => name.endsWith('.ldb'))
  const sized = tables.map((name) => join(folder, name)).sort((a, b) => statSync(b).size - statSync(a).size)
  return { folder, table: sized[0]! }
}

/** Changes the byte so far from where the key stands. */
function change(table: string, key: string, by: number, byte: number): void {
  const bytes = readFileSync(table)
  const at = bytes.indexOf(key.slice(2))
  expect(at).toBeGreaterThan(0)
  bytes[at + by] = byte
  writeFileSync(table, bytes)
}

const keysOf = (folder: string): Promise<string[]> => opened(folder, (level) => level.keys().all())

describe('a repair in a process of its own', () => {
  it('keeps everything where nothing is wrong', async () => {
    const { folder } = await database()
    await repairApart(folder)
    expect(await keysOf(folder)).toEqual([...KEYS, 'first'])
  })

  it('leaves out a table of which a key cannot be read, which the repair of the database keeps', async () => {
    const { folder, table } = await database()
    // The kind of a record stands behind its key.
    change(table, KEYS[9]!, KEYS[9]!.length - 2, 0xff)
    await repairApart(folder)
    expect(await keysOf(folder)).toContain('first')
  })

  it('knows beforehand what ends the process only later', async () => {
    const { folder, table } = await database()
    expect(await isBearable(folder)).toBe(true)
    change(table, FIRST_OF_ITS_DIGIT, -2, 0xff)
    const before = readdirSync(folder)
    expect(await isBearable(folder)).toBe(false)
    expect(readdirSync(folder)).toEqual(before)
  })

  it('leaves out a table over which the database would end the process', async () => {
    const { folder, table } = await database()
    // One key out of its order, and an entry further on whose head cannot be: so the table is to be written anew.
    change(table, FIRST_OF_ITS_DIGIT, -2, 0xff)
    change(table, KEYS[30]!, -4, 0x7f)
    await repairApart(folder)
    const keys = await keysOf(folder)
    expect(keys).toContain('first')
    expect(keys.every((key) => [...KEYS, 'first'].includes(key))).toBe(true)
    expect(readdirSync(join(folder, '..')).filter((name) => name.startsWith(`${folder.split('/').pop()}.`))).toEqual([])
  })
})
