import { checkDigit } from '@tristamp/protocol'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { checkDigitHelp } from './check-digit-help.ts'

it.each([
  ['9506000134353', '9506000134353', '3', '2'],
  ['９５０６ ０００１ ３４３５０', '9506000134350', '0', '2'],
  ['9506 0001 34350', '9506000134350', '0', '2'],
  ['(01)09506000134351(21)A', '09506000134351', '1', '2'],
  ['0109506000134351', '09506000134351', '1', '2'],
  ['(00)106141412345678909', '106141412345678909', '9', '8'],
])('says of %s which digit would fit', (text, number, typed, expected) => {
  expect(checkDigitHelp(text)).toMatchObject({ number, typed, expected })
})

it.each([
  ['9506000143352', ['9506000134352']],
  ['(01)09506001034352', ['09506000134352']],
  // The check digit does not see a swap of digits that are five apart, and a lone digit that is wrong fits with many swaps.
  ['9506000134357', []],
])('names the numbers that %s may be with neighbours swapped', (text, among) => {
  const { swapped } = checkDigitHelp(text)!
  expect(swapped).toEqual(expect.arrayContaining(among))
  expect(swapped.length).toBeLessThanOrEqual(3)
})

it('finds the number again wherever two neighbours were swapped, if it names any', () => {
  fc.assert(
    fc.property(fc.array(fc.nat({ max: 9 }), { minLength: 12, maxLength: 12 }), fc.nat({ max: 11 }), (digits, at) => {
      const body = `9${digits.slice(1).join('')}`
      const right = body + checkDigit(body)
      const wrong = right.slice(0, at) + right[at + 1] + right[at] + right.slice(at + 2)
      const help = checkDigitHelp(wrong)
      if (help === undefined || help.swapped.length === 0) return
      expect(help.swapped).toContain(right)
      for (const one of help.swapped) expect(one.at(-1)).toBe(checkDigit(one.slice(0, -1)))
    }),
  )
})

it.each(['9506000134352', '(01)09506000134352(21)A', '', 'pork', '123', 'https://id.gs1.org/01/09506000134353'])(
  'has nothing to say of %j',
  (text) => expect(checkDigitHelp(text)).toBeUndefined(),
)

it('agrees with the protocol, for every length of number', () => {
  const lengths = fc.constantFrom(8, 12, 13, 14, 18)
  fc.assert(
    fc.property(
      lengths.chain((n) => fc.array(fc.nat({ max: 9 }), { minLength: n - 1, maxLength: n - 1 })),
      fc.nat({ max: 9 }),
      (digits, last) => {
        // 01 and 00 in front are an identifier, where a number is behind them.
        const body = `9${digits.slice(1).join('')}`
        const right = checkDigit(body)
        const help = checkDigitHelp(body + last)
        expect(help?.expected ?? String(last)).toBe(right)
      },
    ),
  )
})
