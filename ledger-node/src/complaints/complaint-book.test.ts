import { appendFileSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { FaultyDisk } from '../_faulty-disk.ts'
import { temporaryFolder } from '../_harness.ts'
import { RecordBook } from '../unsigned/record-book.ts'
import { byDay, ComplaintBook } from './complaint-book.ts'

const DAY = 86_400_000
interface Said {
  of: string
  text: string
}

let folder: string
let remove: () => Promise<void>
let book: RecordBook<Said>
let now: number

beforeEach(async () => {
  ;({ path: folder, remove } = await temporaryFolder())
  now = 20_000 * DAY
  book = await RecordBook.open<Said>({
    folder,
    kind: 'test',
    read: (value) => value as Said,
    maxBytes: 4000,
    maxAgeMs: 1000 * DAY,
    rank: byDay(({ of }) => ({ goods: of, isLater: of.startsWith('b') })),
    now: () => now,
  })
})
afterEach(async () => {
  await book.close()
  await remove()
})

const said = (): string[] => book.records.map(({ record }) => record.text)

it('a day on which somebody floods it takes nothing from other days, nor the first word on other goods', async () => {
  await book.append({ of: 'a meat', text: 'ill, weeks ago' })
  now += 20 * DAY
  await book.append({ of: 'a fish', text: 'before the flood' })
  for (let n = 0; n < 500; n++) {
    await book.append({ of: n % 2 === 0 ? 'a flooded' : `b invented ${n}`, text: 'x'.repeat(n % 7) })
    if (n === 250) await book.append({ of: 'a milk', text: 'in the flood' })
  }
  expect(said()).toEqual(expect.arrayContaining(['ill, weeks ago', 'before the flood', 'in the flood']))
  now += DAY
  await book.append({ of: 'a meat', text: 'the day after' })
  for (let n = 0; n < 100; n++) await book.append({ of: `b invented ${n}`, text: 'again' })
  expect(said()).toEqual(
    expect.arrayContaining(['ill, weeks ago', 'before the flood', 'in the flood', 'the day after']),
  )
  const order = book.records.map(({ at }) => at)
  expect(order).toEqual([...order].sort((a, b) => a - b))
})

it('takes off the disk what is asked for, and nothing else', async () => {
  for (const text of ['one', 'two', 'three']) await book.append({ of: 'a', text })
  expect(await book.remove(({ text }) => text === 'two')).toBe(1)
  expect(await book.remove(({ text }) => text === 'two')).toBe(0)
  await book.append({ of: 'a', text: 'four' })
  expect(said()).toEqual(['one', 'three', 'four'])
})

const SMELL = { subject: 'https://id.gs1.org/01/09506000134352/21/A1', kind: 'smell', recorded: true } as const

it('whatever call fails while one is deleted: there is the report, or a word that it was deleted, and nothing of it after a start', async () => {
  let failing = 0
  for (let failed = true; failed; ) {
    failing++
    const disk = new FaultyDisk()
    const data = join(folder, `${failing}`)
    const before = await ComplaintBook.open(data, { disk, now: () => now })
    const { id } = (await before.add({ ...SMELL, text: 'secret' }, 'ann@example.org')).record
    const other = (await before.add({ ...SMELL, text: 'other' }, undefined)).record
    const at = disk.calls + failing
    disk.fault = () => (disk.calls === at ? 'EIO' : undefined)
    const isDeleted = await before.remove(id, 'duty').catch(() => undefined)
    failed = disk.calls >= at
    disk.fault = () => undefined
    // As kill -9 leaves it: nobody says goodbye to the first.
    const after = await ComplaintBook.open(data, { disk, now: () => now })
    const [left, words] = [after.newest().map((one) => one.id), after.deletions()]
    expect(left).toContain(other.id)
    expect(words).toHaveLength(left.includes(id) ? 0 : 1)
    if (isDeleted === true) expect(left).toEqual([other.id])
    if (words.length > 0) {
      expect(words).toMatchObject([{ id, subject: SMELL.subject, kind: 'smell', day: '2024-10-04', by: 'duty' }])
      for (const name of ['reports', 'report-contacts', 'report-deletions'])
        expect(readFileSync(join(data, 'unsigned', `${name}.jsonl`), 'utf8')).not.toMatch(/secret|ann@/)
      expect(after.figures.week).toBe(1)
    }
    // Whoever was told of a failure asks again; of several who ask at once there is one word.
    await Promise.all([after.remove(id, 'a'), after.remove(id, 'b')])
    expect([after.newest().map((one) => one.id), after.deletions().length]).toEqual([[other.id], 1])
    await before.close()
    await after.close()
  }
  expect(failing).toBeGreaterThan(6)
})

it('a disk that is full says no to a deletion, and keeps nobody from starting', async () => {
  const disk = new FaultyDisk()
  const complaints = await ComplaintBook.open(folder, { disk, now: () => now })
  const { id } = (await complaints.add({ ...SMELL, text: 'secret' }, undefined)).record
  disk.fault = () => 'ENOSPC'
  await expect(complaints.remove(id, 'duty')).rejects.toMatchObject({ code: 'NODE_DEGRADED' })
  expect([complaints.newest().length, complaints.deletions()]).toEqual([1, []])
  // The word is written, and then there is no space for the book without the report.
  disk.fault = (call) => (call === 'replace' ? 'ENOSPC' : undefined)
  await expect(complaints.remove(id, 'duty')).rejects.toMatchObject({ code: 'NODE_DEGRADED' })
  expect([complaints.newest(), complaints.deletions().length]).toEqual([[], 1])
  await complaints.close()
  const again = await ComplaintBook.open(folder, { disk, now: () => now })
  expect([again.newest(), again.deletions().length, again.figures.week]).toEqual([[], 1, 0])
  disk.fault = () => undefined
  expect(await again.remove(id, 'duty')).toBe(true)
  await again.close()
  expect(readFileSync(join(folder, 'unsigned', 'reports.jsonl'), 'utf8')).toBe('')
})

it('deletions are bounded: a day on which many were made takes nothing from other days', async () => {
  const disk = new FaultyDisk()
  const complaints = await ComplaintBook.open(folder, { disk, now: () => now })
  const { id } = (await complaints.add(SMELL, undefined)).record
  await complaints.remove(id, 'first')
  await complaints.close()
  now += DAY
  // Written as the book writes them: so many deletions one by one would take minutes.
  const path = join(folder, 'unsigned', 'report-deletions.jsonl')
  // Shorter than what is deleted below, so that this does not fit any more.
  const subject = 'urn:x'
  const record = { id: '0', subject, recorded: false, kind: 'other', day: '2024-10-04', by: 'x' }
  const line = `${JSON.stringify({ at: now, record })}\n`
  const most = 4 * 1024 * 1024
  appendFileSync(path, line.repeat(Math.floor((most - statSync(path).size) / line.length)))
  const again = await ComplaintBook.open(folder, { disk, now: () => now })
  const { id: next } = (await again.add(SMELL, undefined)).record
  const full = again.deletions().length
  await again.remove(next, 'last')
  expect(again.deletions().length).toBeLessThan(full)
  expect(again.deletions().map(({ by }) => by)).toEqual(expect.arrayContaining(['first', 'last']))
  expect(statSync(path).size).toBeLessThanOrEqual(most)
  await again.close()
})
