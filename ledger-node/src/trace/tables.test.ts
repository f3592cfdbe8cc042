import fc from 'fast-check'
import { expect, test } from 'vitest'
import { covered } from './broken-time.ts'
import { ByTime } from './by-time.ts'
import { NumberMap } from './number-map.ts'
import { PairNumbers } from './pair-numbers.ts'
import { PairSet } from './pair-set.ts'
import { Table } from './table.ts'
import { WaysUp } from './ways-up.ts'

// What a walk keeps its numbers in, against plain maps and sets.

const word = fc.oneof(fc.nat(60), fc.integer({ min: 0xffff_ff00, max: 0xffff_ffff }))
const pairs = fc.array(fc.tuple(word, fc.nat(60)), { maxLength: 4000, size: 'max' })

test('pairs are seen once', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.nat(60), fc.nat(60)), { maxLength: 4000, size: 'max' }), (pairs) => {
      const [set, known] = [new PairSet(), new Set<string>()]
      for (const [a, b] of pairs) {
        expect(set.add(a, b)).toBe(!known.has(`${a} ${b}`))
        known.add(`${a} ${b}`)
      }
    }),
    { numRuns: 20 },
  )
})

test('pairs get numbers in the order in which they come, and keep them', () => {
  fc.assert(
    fc.property(pairs, (list) => {
      const [numbers, known] = [new PairNumbers(), new Map<string, number>()]
      for (const [a, b] of list) {
        const key = `${a} ${b}`
        if (!known.has(key)) known.set(key, known.size)
        expect(numbers.of(a, b)).toBe(known.get(key))
      }
      expect(numbers.count).toBe(known.size)
    }),
    { numRuns: 20 },
  )
})

test('a number has the last value that it was given, an event’s too, which is negative', () => {
  const entries = fc.array(fc.tuple(fc.integer({ min: -500, max: 500 }), fc.nat(0x7fff_fffd)), {
    maxLength: 3000,
    size: 'max',
  })
  fc.assert(
    fc.property(entries, (list) => {
      const [map, known] = [new NumberMap(), new Map<number, number>()]
      for (const [key, value] of list) {
        expect(map.get(key)).toBe(known.get(key) ?? -1)
        map.set(key, value)
        known.set(key, value)
      }
      for (const [key, value] of known) expect(map.get(key)).toBe(value)
    }),
    { numRuns: 20 },
  )
})

test('a way up is fresh once for each stay and time, until there is no more room', () => {
  const time = fc.constantFrom(Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY, 0, -1, 1.8e12, 1.8e12 + 1, 2 ** 32)
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.nat(3), fc.nat(3), time, time), { maxLength: 200 }), fc.nat(60), (list, most) => {
      const [ways, known] = [new WaysUp(most), new Set<string>()]
      for (const way of list) {
        const key = way.join(' ')
        const expected = known.has(key) ? false : known.size < most ? true : undefined
        known.add(key)
        expect(ways.isFresh(...way)).toBe(expected)
      }
    }),
  )
})

test('words and doubles of a row do not touch each other, in any piece of a table', () => {
  const table = new Table(4)
  const count = 40_000
  for (let row = 0; row < count; row++) {
    expect(table.push()).toBe(row)
    table.setDouble(row, 0, row / 8)
    table.setWord(row, 2, 0xffff_ffff - row)
    table.setWord(row, 3, row)
  }
  for (let row = 0; row < count; row += 97)
    expect([table.double(row, 0), table.word(row, 2), table.word(row, 3)]).toEqual([row / 8, 0xffff_ffff - row, row])
  expect(table.byteLength).toBe(16 * count)
  const copy = new Table(4)
  const bytes = [...table.bytes()]
  for (const [i, block] of [...copy.room(table.byteLength)!].entries()) block.set(bytes[i]!)
  expect([copy.length, copy.double(count - 1, 0), copy.word(20_000, 3)]).toEqual([count, (count - 1) / 8, 20_000])
  expect(copy.room(15)).toBeUndefined()
})

test('numbers stand in the order of their times, equal ones as they came', () => {
  fc.assert(
    fc.property(fc.array(fc.nat(20), { maxLength: 200 }), fc.nat(22), fc.nat(200), (times, from, later) => {
      const timeOf = (n: number): number => times[n]!
      const first = Uint32Array.from(times.keys()).subarray(0, later)
      const [kept, made] = [new ByTime(timeOf), ByTime.of(first.slice(), timeOf)]
      for (const n of times.keys()) kept.add(n)
      for (const n of [...times.keys()].slice(first.length)) made.add(n)
      const order = [...times.keys()].sort((a, b) => times[a]! - times[b]! || a - b)
      for (const one of [kept, made]) {
        expect(Array.from({ length: one.count }, (_, i) => one.at(i))).toEqual(order)
        expect(order.map((n, i) => one.timeAt(i) === times[n])).not.toContain(false)
        expect(one.firstFrom(from)).toBe(times.filter((time) => time < from).length)
      }
    }),
  )
})

test('spans are counted once where they lie over each other', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.nat(40), fc.nat(9))), fc.nat(30), fc.nat(30), (pairs, a, b) => {
      const spans = pairs.map(([from, length]) => ({ from, to: from + length }))
      const minutes = Array.from({ length: 60 }, (_, m) => m).filter(
        (m) => m >= a && m < a + b && spans.some(({ from, to }) => from <= m && m < to),
      )
      expect(covered(spans, a, a + b)).toBe(minutes.length)
    }),
  )
})
