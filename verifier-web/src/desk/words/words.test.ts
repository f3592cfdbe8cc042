import { expect, it } from 'vitest'
import { wordsOf } from './index.ts'

it('one is one', () => {
  expect(wordsOf('en').t('events.goods', { n: 1 })).toBe('1 piece')
  expect(wordsOf('en').t('events.goods', { n: 1200 })).toBe('1,200 pieces')
  expect(wordsOf('zh').t('step.receive')).toBe('收货')
})

it('what the desk has no words for is said in English', () => {
  expect(wordsOf('xx').t('step.receive')).toBe(wordsOf('en').t('step.receive'))
  expect(wordsOf('xx').languages.map(({ lang }) => lang)).toEqual(['zh', 'en'])
})
