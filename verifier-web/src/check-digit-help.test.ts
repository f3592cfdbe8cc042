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
  expect(checkDigitHelp(text)).toEqual({ number, typed, expected })
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
