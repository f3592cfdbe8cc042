import { expect, it } from 'vitest'
import { stepNamed } from '../record.ts'
import { unitOf } from './amount.ts'
import { isKey, wordsOf } from './words/index.ts'

// Names that every JavaScript object has, where a ledger's answer should have a word of a closed list.
it.each(['constructor', 'toString', '__proto__', 'hasOwnProperty', 'valueOf'])(
  '%s is a word like any other',
  (word) => {
    expect(stepNamed(word)).toBe('other')
    for (const lang of ['zh', 'en'] as const) expect(unitOf({ milli: 1000, uom: word }, wordsOf(lang))).toBe(word)
    expect(isKey(word)).toBe(false)
  },
)
