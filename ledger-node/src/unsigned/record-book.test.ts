import { appendFileSync, readFileSync, statSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { FaultyDisk } from '../_faulty-disk.ts'
import { temporaryFolder } from '../_harness.ts'
import { type BookOptions, LINE_BYTES, RecordBook } from './record-book.ts'

let folder: string
let remove: () => Promise<void>
const books: RecordBook<string>[] = []

beforeEach(async () => {
  ;({ path: folder, remove } = await temporaryFolder())
})
afterEach(async () => {
  for (const book of books.splice(0)) await book.close().catch(() => undefined)
  await remove()
})

const text = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined)

async function open(over: Partial<BookOptions<string>> = {}): Promise<RecordBook<string>> {
  const book = await RecordBook.open({
    folder: join(folder, 'unsigned'),
    kind: 'test',
    read: text,
    maxBytes: 1_000_000,
    maxAgeMs: 1000,
    now: () => 5000,
    ...over,
  })
  books.push(book)
  return book
}

const said = (book: RecordBook<string>): string[] => book.records.map(({ record }) => record)

describe('a book of what strangers say', () => {
  it('is read back at the next start, with the times, by the node alone', async () => {
    const book = await open()
    await Promise.all(['a', '召回', 'c\nd'].map((one) => book.append(one)))
    await book.close()
    expect((await open()).records).toEqual(['a', '召回', 'c\nd'].map((record) => ({ at: 5000, record })))
    expect(statSync(join(folder, 'unsigned')).mode & 0o077).toBe(0)
  })

  it('cut anywhere keeps every whole line, and goes on', async () => {
    const book = await open()
    for (const one of ['one', 'two', '三']) await book.append(one)
    await book.close()
    const whole = readFileSync(book.path)
    const lines = whole.toString().split('\n')
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 0, max: whole.length }), async (cut) => {
        writeFileSync(book.path, whole)
        truncateSync(book.path, cut)
        let [kept, left] = [0, cut]
        while (kept < 3 && left > Buffer.byteLength(lines[kept]!)) left -= Buffer.byteLength(lines[kept++]!) + 1
        const again = await open()
        expect(said(again)).toEqual(['one', 'two', '三'].slice(0, kept))
        await again.append('next')
        await again.close()
        const last = await open()
        expect(said(last).at(-1)).toBe('next')
        await last.close()
      }),
      { numRuns: 40 },
    )
  })

  it('leaves out lines that are no records, says how many, and does not keep them', async () => {
    const book = await open()
    await book.append('good')
    await book.close()
    appendFileSync(book.path, `{"at":5000,"record":7}\nnonsense\n{"at":"x","record":"y"}\n\xff\n`)
    const again = await open()
    expect([said(again), again.damaged]).toEqual([['good'], 4])
    await again.close()
    expect((await open()).damaged).toBe(0)
  })

  it('written anew keeps the last word of each key', async () => {
    const book = await open({ maxBytes: 400, keyOf: (record) => record[0]! })
    for (let i = 0; i < 30; i++) await book.append(`${i % 3}:${i}`)
    await book.close()
    const again = await open({ maxBytes: 400, keyOf: (record) => record[0]! })
    const last = new Map(said(again).map((record) => [record[0], record]))
    expect([...last.values()].sort()).toEqual(['0:27', '1:28', '2:29'])
    expect(said(again).length).toBeLessThan(30)
  })

  it('says no on a full disk, loses nothing of what it took, and goes on when there is space', async () => {
    const disk = new FaultyDisk()
    const book = await open({ disk })
    await book.append('before')
    disk.fault = () => 'ENOSPC'
    await expect(book.append('lost')).rejects.toMatchObject({ code: 'NODE_DEGRADED' })
    await expect(book.append('lost')).rejects.toMatchObject({ code: 'NODE_DEGRADED' })
    expect(said(book)).toEqual(['before'])
    disk.fault = () => undefined
    await book.append('after')
    await book.close()
    expect(said(await open())).toEqual(['before', 'after'])
  })

  it('whatever call fails: what was taken is there after a restart, what was not is not', async () => {
    for (let failing = 1; failing < 14; failing++) {
      const disk = new FaultyDisk()
      const kind = `fault-${failing}`
      const book = await open({ disk, kind, maxBytes: 120 })
      const taken: string[] = []
      const at = disk.calls + failing
      disk.fault = () => (disk.calls === at ? 'EIO' : undefined)
      for (const one of ['aaaa', 'bbbb', 'cccc', 'dddd', 'eeee', 'ffff', 'gggg'])
        await book.append(one).then(
          () => taken.push(one),
          () => undefined,
        )
      disk.fault = () => undefined
      expect(said(book)).toEqual(taken.slice(-said(book).length))
      const kept = said(book)
      await book.close()
      expect(said(await open({ kind, maxBytes: 120 }))).toEqual(kept)
      expect(kept.length).toBeGreaterThan(0)
    }
  })

  it('forgets the oldest beyond its size, and everything beyond its age', async () => {
    let now = 5000
    const book = await open({ maxBytes: 400, now: () => now })
    for (let i = 0; i < 50; i++) {
      await book.append(String(i))
      expect(statSync(book.path).size).toBeLessThanOrEqual(400)
    }
    expect(said(book).at(-1)).toBe('49')
    now += 1001
    expect(book.records).toEqual([])
    await book.tidy()
    expect(statSync(book.path).size).toBe(0)
    await book.append('young')
    now += 1001
    // The rewriting may fail at any call: what is young is taken all the same, and stays.
    const disk = new FaultyDisk()
    for (const call of ['replace', 'open', 'truncate'] as const) {
      const kind = `tidy-${call}`
      const tidied = await open({ disk, kind, now: () => now })
      await tidied.append('old')
      now += 1001
      disk.fault = (one) => (one === call ? 'ENOSPC' : undefined)
      await tidied.tidy().catch(() => undefined)
      disk.fault = () => undefined
      await tidied.append('new')
      await tidied.close()
      expect(said(await open({ kind, now: () => now }))).toEqual(['new'])
    }
    await expect(book.append('x'.repeat(LINE_BYTES))).rejects.toMatchObject({ code: 'REQUEST_TOO_LARGE' })
  })
})
