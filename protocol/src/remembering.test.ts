import { expect, test } from 'vitest'
import { remembering } from './remembering.ts'

test('asks once for what recurs, and forgets all when full', () => {
  const asked: string[] = []
  const length = remembering((text) => {
    asked.push(text)
    return text.length
  }, 2)
  expect(['a', 'bb', 'a', 'bb'].map(length)).toEqual([1, 2, 1, 2])
  expect(asked).toEqual(['a', 'bb'])
  expect(['ccc', 'a'].map(length)).toEqual([3, 1])
  expect(asked).toEqual(['a', 'bb', 'ccc', 'a'])
})

test('does not keep what is long', () => {
  let asked = 0
  const count = remembering(() => ++asked, 2)
  const long = 'x'.repeat(513)
  expect([count(long), count(long)]).toEqual([1, 2])
})
