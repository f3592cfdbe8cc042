import { expect, test } from 'vitest'
import { shortName } from './names.ts'

test('a number is what people know a thing by', () => {
  expect(shortName('https://id.gs1.org/01/09506000134352/10/B261120-01')).toBe('B261120-01')
  expect(shortName('geo:30.3788933,120.0341955')).toBe('30.379° N 120.034° E')
  expect(shortName('geo:-0.5,-70')).toBe('0.500° S 70.000° W')
  expect(shortName('urn:uuid:0b1f4f5a-1c7e-4a4c-8a54-6c2c5b8e9f01')).toBe('0b1f4f5a')
  expect(shortName('geo:nowhere')).toBe('geo:nowhere')
})
