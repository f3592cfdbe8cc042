import { afterEach, beforeEach, expect, it } from 'vitest'
import { temporaryFolder } from '../_harness.ts'
import { RecordBook } from '../unsigned/record-book.ts'
import { byDay } from './complaint-book.ts'

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
