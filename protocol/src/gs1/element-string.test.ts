import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { cases } from '../_epcis-vectors.ts'
import { refusal } from '../_refusal.ts'
import { checkDigit } from './check-digit.ts'
import { addElement, checkElement } from './element.ts'
import { checkAssociations, formatBracketed, formatElementString, parseElementString } from './element-string.ts'

const GS = '\x1d'

/** The vectors write FNC1 as ^. */
const scanned = (text: string): string => text.replaceAll('^', GS)

/** Takes `(01)…(10)…` apart, without checking values; `\(` is a parenthesis of the value. */
function bracketed(text: string): [string, string][] {
  return [...text.matchAll(/\((\d+)\)((?:\\\(|[^(])*)/g)].map(([, ai = '', value = '']) => [
    ai,
    value.replaceAll('\\(', '('),
  ])
}

describe('vectors', () => {
  const process = cases<{ elementString: string; valid: boolean }>('element-string/process')
  test.skipIf(process.length === 0)('element strings are read or refused', () => {
    for (const { elementString, valid } of process) {
      expect([elementString, refusal(() => parseElementString(scanned(elementString))) === undefined]).toEqual([
        elementString,
        valid,
      ])
    }
  })

  const content = cases<{ bracketed: string; error: string | null }>('element-string/content-errors')
  test.skipIf(content.length === 0)('values are checked', () => {
    for (const { bracketed: text, error } of content) {
      const code = refusal(() => bracketed(text).map(([ai, value]) => checkElement(ai, value)))
      const wanted = error === null ? undefined : error === 'INCORRECT_CHECK_DIGIT' ? 'GS1_CHECK_DIGIT' : 'GS1_AI_VALUE'
      expect([text, code]).toEqual([text, wanted])
    }
  })

  // The vectors let (89), an AI nobody has assigned, pass: we know no length for it, so it can never be read.
  const associations = cases<{ elementString: string; valid: boolean }>('element-string/associations').filter(
    ({ elementString, valid }) => !(valid && elementString.includes('(89)')),
  )
  test.skipIf(associations.length === 0)('elements of one item are checked against each other', () => {
    expect(associations).toHaveLength(40)
    for (const { elementString, valid } of associations) {
      const check = (): void => {
        const elements = new Map<string, string>()
        for (const [ai, value] of bracketed(elementString)) addElement(elements, ai, value)
        checkAssociations(elements)
      }
      expect([elementString, refusal(check) === undefined]).toEqual([elementString, valid])
    }
  })

  // How people type an element string is not ours to read; what they mean must come out as the same symbol.
  const notation = cases<{ bracketed: string; valid: boolean; elementString: string }>(
    'element-string/bracketed',
  ).filter((c) => c.valid)
  test.skipIf(notation.length === 0)('elements are written with FNC1 only where it is needed', () => {
    for (const { bracketed: text, elementString } of notation) {
      expect(GS + formatElementString(new Map(bracketed(text)))).toBe(scanned(elementString))
    }
  })
})

describe('separators', () => {
  const label = '010950600013435210L7'

  test('a leading and a trailing one are tolerated, and one after a fixed length', () => {
    const wanted = [
      ['01', '09506000134352'],
      ['10', 'L7'],
    ]
    for (const text of [label, GS + label, label + GS, `0109506000134352${GS}10L7`])
      expect([...parseElementString(text)]).toEqual(wanted)
  })

  test('^ is refused, for it is what a wrong setting sends', () => {
    expect(refusal(() => parseElementString('010950600013435210L7^17261201'))).toBe('GS1_AMBIGUOUS')
  })

  test('a lost one is refused where the value it swallowed does not fit', () => {
    expect(refusal(() => parseElementString(`${label}21ABCDEFGHIJKLMNOPQRST`))).toBe('GS1_AI_VALUE')
    expect(refusal(() => parseElementString('37121095060001343521'))).toBe('GS1_AI_VALUE')
  })

  test('one in the middle of a value is refused', () => {
    expect(refusal(() => parseElementString(`01095060001${GS}34352`))).toBe('GS1_AI_VALUE')
  })

  test('the same element twice is one, another value is refused', () => {
    expect(parseElementString(`${label}${GS}10L7`).size).toBe(2)
    expect(refusal(() => parseElementString(`${label}${GS}10L8`))).toBe('GS1_AI_COMBINATION')
  })
})

test.each([
  ['(11)261122', undefined],
  ['(11)261100', undefined],
  ['(11)261301', 'GS1_AI_VALUE'],
  ['(7006)240229', undefined],
  ['(7006)250229', 'GS1_AI_VALUE'],
  ['(7006)261100', 'GS1_AI_VALUE'],
  ['(7003)2611222359', undefined],
  ['(7003)2611222400', 'GS1_AI_VALUE'],
  ['(7007)261101261130', undefined],
  ['(8008)26112223', undefined],
  ['(8008)261122235960', 'GS1_AI_VALUE'],
  ['(422)156', undefined],
  ['(422)999', 'GS1_AI_VALUE'],
  ['(7030)999ABC', undefined],
  ['(4331)000180-', undefined],
  ['(4331)000180+', 'GS1_AI_VALUE'],
  ['(8013)1987654Ad4X4bL5ttr2310c2K', undefined],
  ['(8007)GB82WEST12345698765432', undefined],
  ['(8003)09521141123454XYZ', undefined],
  ['(8004)9506000134-TRUCK1', undefined],
  ['(8004)TRUCK1', 'GS1_AI_VALUE'],
  ['(417)9506000134353', 'GS1_CHECK_DIGIT'],
  ['(04)123', 'GS1_AI_UNKNOWN'],
])('%s', (text, code) => {
  expect(refusal(() => bracketed(text).map(([ai, value]) => checkElement(ai, value)))).toBe(code)
})

describe('properties', () => {
  const cset82 = fc.stringMatching(/^[!"%&'()*+,\-./0-9:;<=>?A-Z_a-z]{1,20}$/)
  const gtin = fc.stringMatching(/^[0-9]{13}$/).map((body) => body + checkDigit(body))
  const elements = fc
    .record(
      {
        '01': gtin,
        '10': cset82,
        '21': cset82,
        '3103': fc.stringMatching(/^[0-9]{6}$/),
        '37': fc.stringMatching(/^[0-9]{1,8}$/),
        '90': cset82,
      },
      { requiredKeys: ['01'] },
    )
    .chain((record) => fc.shuffledSubarray(Object.entries(record), { minLength: 1 }))
    .map((entries) => new Map(entries as [string, string][]))

  test('what is written is read back', () => {
    fc.assert(
      fc.property(elements, (e) => {
        expect([...parseElementString(formatElementString(e))]).toEqual([...e])
      }),
    )
    expect(
      formatBracketed(
        new Map([
          ['01', '09506000134352'],
          ['10', 'L7'],
        ]),
      ),
    ).toBe('(01)09506000134352(10)L7')
  })

  test('noise is read or refused, never more', () => {
    const noise = fc.oneof(
      fc.string(),
      fc.string({ unit: 'binary' }),
      fc.string({ unit: fc.constantFrom(...'0123456789AZ^', GS), maxLength: 60 }),
    )
    fc.assert(fc.property(noise, (text) => void refusal(() => parseElementString(text))))
    fc.assert(
      fc.property(elements, fc.nat(), fc.string({ maxLength: 2 }), (e, at, dirt) => {
        const text = formatElementString(e)
        const cut = at % (text.length + 1)
        refusal(() => parseElementString(text.slice(0, cut) + dirt + text.slice(cut + 1)))
      }),
    )
  })

  test('a frame longer than any symbol is refused before it is read', () => {
    expect(refusal(() => parseElementString('9'.repeat(5000)))).toBe('GS1_AI_VALUE')
  })
})
