import { appendFileSync, existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { FaultyDisk } from '../_faulty-disk.ts'
import { temporaryFolder } from '../_harness.ts'
import { OpeningBook, type Reveal } from './opening-book.ts'

const HOUR = 3_600_000
const START = Date.parse('2026-11-22T08:30:00Z')
const YEARS = 20 * 366 * 24 * HOUR
const reveal = (over: Partial<Reveal> = {}): Reveal => ({ region: undefined, mark: undefined, counts: true, ...over })

let folder: string
let remove: () => Promise<void>
let now: number
let disk: FaultyDisk
const books: OpeningBook[] = []

beforeEach(async () => {
  ;({ path: folder, remove } = await temporaryFolder())
  now = START
  disk = new FaultyDisk()
})
afterEach(async () => {
  for (const book of books.splice(0)) await book.close()
  await remove()
})

async function open(): Promise<OpeningBook> {
  const book = await OpeningBook.open(folder, { disk, now: () => now })
  books.push(book)
  return book
}
const files = (): string[] => readdirSync(join(folder, 'unsigned', 'openings'))
const path = (): string => join(folder, 'unsigned', 'openings', files()[0]!)

it('forgets no opening, however many come after it and however long ago it was', async () => {
  const book = await open()
  expect(await book.reveal('first', reveal({ region: 'CN-HB' }))).toMatchObject({ isFirst: true })
  // More than a shard holds before it is written anew, all of them other reveals of one code.
  const [shard] = files()
  const line = readFileSync(path())
  const noise = Buffer.from(`["other",{"first":1,"region":"","times":1}]\n`)
  writeFileSync(path(), Buffer.concat([line, Buffer.alloc(noise.length * 20_000, noise)]))
  now += YEARS
  expect(await book.reveal('first', reveal())).toMatchObject({ isFirst: false })
  expect(files()).toEqual([shard])
  expect(statSync(path()).size).toBeLessThan(1000)
  const again = await open()
  expect(await again.of('first')).toEqual({ firstAt: '2026-11-22T08Z', region: 'CN-HB', times: 2 })
  expect(readFileSync(path(), 'utf8').split('"other"')).toHaveLength(2)
})

it('tells the first from all others, of many at once and also where the disk fails one of them', async () => {
  const book = await open()
  const many = await Promise.all(Array.from({ length: 20 }, () => book.reveal('a', reveal())))
  expect(many.filter(({ isFirst }) => isFirst)).toHaveLength(1)
  for (const call of ['write', 'sync', 'open'] as const) {
    let failed = false
    disk.fault = (one) => {
      if (failed || one !== call) return undefined
      failed = true
      return 'EIO'
    }
    const said = await Promise.allSettled(Array.from({ length: 4 }, () => book.reveal(call, reveal())))
    disk.fault = () => undefined
    expect(said.filter(({ status }) => status === 'rejected')).toHaveLength(1)
    const firsts = said.filter((one) => one.status === 'fulfilled' && one.value.isFirst)
    expect([call, firsts.length]).toEqual([call, 1])
    expect(await (await open()).of(call)).toMatchObject({ times: 3 })
  }
})

it('knows the device of the first again, whose answer may have been lost', async () => {
  const book = await open()
  await book.reveal('a', reveal({ mark: 'made-up' }))
  const later = await open()
  expect(await later.reveal('a', reveal({ mark: 'made-up' }))).toMatchObject({
    isFirst: false,
    isOwn: true,
    opened: { times: 1 },
  })
  for (const mark of ['another', undefined])
    expect(await later.reveal('a', reveal({ mark }))).toMatchObject({ isFirst: false, isOwn: false })
  expect(readFileSync(path(), 'utf8')).not.toContain('made-up')
})

it('a line cut by a crash was never confirmed; one that is damaged makes no code new', async () => {
  const book = await open()
  await book.reveal('a', reveal())
  appendFileSync(path(), '["a",{"first":7')
  expect(await book.reveal('a', reveal())).toMatchObject({ isFirst: false, opened: { times: 2 } })
  const bytes = readFileSync(path(), 'utf8')
  expect(bytes.split('\n')).toHaveLength(3)
  writeFileSync(path(), bytes.replaceAll('"times":', '"tines":'))
  await expect(book.reveal('a', reveal())).rejects.toMatchObject({ code: 'NODE_DEGRADED' })
  await expect(book.of('a')).rejects.toMatchObject({ code: 'NODE_DEGRADED' })
  // One of its lines that can be read says enough.
  appendFileSync(path(), bytes.split('\n')[0]!.concat('\n["a",nonsense\n'))
  expect(await book.of('a')).toMatchObject({ times: 1 })
})

it('tells everyone no place, and nothing of this hour before it is over', async () => {
  const book = await open()
  await book.reveal('a', reveal({ region: 'CN-HB' }))
  expect(await book.ofForAll('a')).toBeUndefined()
  expect(await book.of('a')).toMatchObject({ region: 'CN-HB' })
  now += HOUR
  expect(await book.ofForAll('a')).toEqual({ firstAt: '2026-11-22T08Z', times: 1 })
  await book.reveal('a', reveal())
  expect(await book.ofForAll('a')).toEqual({ firstAt: '2026-11-22T08Z', times: 1 })
})

it('makes no file because somebody asks, and takes over what an earlier version kept', async () => {
  const folderOf = join(folder, 'unsigned')
  mkdirSync(folderOf)
  const kept = (subject: string, times: number): string =>
    `${JSON.stringify({ at: 1, record: { subject, first: 2, region: 'CN-HB', times } })}\n`
  writeFileSync(join(folderOf, 'openings.jsonl'), `${kept('a', 1)}nonsense\n${kept('b', 3)}${kept('a', 2)}`)
  const book = await open()
  expect(await book.of('never')).toBeUndefined()
  expect(files().length).toBeLessThanOrEqual(2)
  expect([await book.of('a'), await book.of('b')]).toMatchObject([{ times: 2 }, { times: 3, region: 'CN-HB' }])
  expect(await book.reveal('a', reveal())).toMatchObject({ isFirst: false })
  // Of a line that cannot be read nobody knows whose opening it was: it is not thrown away.
  expect(existsSync(join(folderOf, 'openings.jsonl'))).toBe(false)
  expect(readFileSync(join(folderOf, 'openings.jsonl.unread'), 'utf8')).toContain('nonsense')
  writeFileSync(join(folderOf, 'openings.jsonl'), `${kept('c', 1)}{"at":1,"rec`)
  expect(await (await open()).of('c')).toMatchObject({ times: 1 })
  expect(existsSync(join(folderOf, 'openings.jsonl'))).toBe(false)
})
