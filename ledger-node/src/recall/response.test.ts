import { expect, it } from 'vitest'
import { readResponse, responseFrom, unsignedProgress } from './response.ts'

const ID = '5f0c9d1e-8a51-4c39-9a58-2f6f6a1f0b11'

it.each([
  [{}],
  [[]],
  [{ place: 'x' }],
  [{ place: '  ', state: 'none' }],
  [{ place: 'two\nlines', state: 'none' }],
  [{ place: 'x'.repeat(121), state: 'none' }],
  [{ place: '\u202eevil', state: 'none' }],
  [{ place: '9506000134308', state: 'none' }],
  [{ place: 'x', state: 'none', quantity: { milli: 1 } }],
  [{ place: 'x', state: 'sold', quantity: { milli: -1 } }],
  [{ place: 'x', state: 'sold', quantity: { milli: 1.5 } }],
  [{ place: 'x', state: 'sold', quantity: { milli: 1, uom: 'boxes' } }],
  [{ place: 'x', state: 'sold', quantity: { milli: 1, more: 1 } }],
  [{ place: 'x', state: 'none', ip: '1.2.3.4' }],
  [{ place: 'x', state: 'none', contact: 7 }],
])('%j is no answer', (body) => {
  expect(() => responseFrom(ID, body)).toThrow('expected')
  expect(readResponse({ recall: ID, ...body })).toBeUndefined()
})

it('a number is the place that it is of, in any spelling, and a name is a name', () => {
  const place = 'https://id.gs1.org/414/9506000134307'
  for (const spelling of ['9506000134307', ' (414) 9506 0001 34307 ', place])
    expect(responseFrom(ID, { place: spelling, state: 'none' }).place).toBe(place)
  expect(responseFrom(ID, { place: ' 街角店 ', state: 'none' }).place).toBe('街角店')
})

it('counts all of them, and shows the last word of registered places alone', () => {
  const kept = (at: number, place: string, state: 'none' | 'sold') => ({ at, record: { recall: ID, place, state } })
  const gln = 'https://id.gs1.org/414/9506000134307'
  const all = [kept(1, gln, 'none'), kept(2, 'a shop', 'sold'), kept(3, gln, 'sold')]
  expect(unsignedProgress(all)).toEqual({
    answers: 3,
    places: [{ place: gln, answers: 2, state: 'sold', lastAt: '1970-01-01T00:00:00.003Z' }],
  })
})
