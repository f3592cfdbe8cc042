import { afterEach, beforeEach, expect, it } from 'vitest'
import { temporaryFolder } from '../_harness.ts'
import { nodeDisk } from '../disk.ts'
import { ScanBook } from './scan-book.ts'

const HOUR = 3_600_000
let folder: string
let remove: () => Promise<void>
let now: number

beforeEach(async () => {
  ;({ path: folder, remove } = await temporaryFolder())
  now = Date.parse('2026-11-22T08:30:00Z')
})
afterEach(() => remove())

const open = (maxBytes: number): Promise<ScanBook> =>
  ScanBook.open(folder, { disk: nodeDisk, now: () => now }, maxBytes)

it('a flood of single looks pushes nothing out that is looked at a lot, and what is forgotten is forgotten at once', async () => {
  let book = await open(20_000)
  for (let n = 0; n < 20; n++) await book.count('copied', 'CN-GD')
  for (let n = 0; n < 1000; n++) await book.count(`noise ${n}`, undefined)
  now += HOUR
  const told = (): number[] =>
    ['copied', ...Array.from({ length: 1000 }, (_, n) => `noise ${n}`)].map((one) => book.of(one).times)
  const before = told()
  expect(before[0]).toBe(20)
  // In memory is what is on the disk: a restart tells the same.
  expect(before.filter((times) => times > 0).length).toBeLessThan(400)
  await book.close()
  book = await open(20_000)
  expect(told()).toEqual(before)
  await book.close()
})
