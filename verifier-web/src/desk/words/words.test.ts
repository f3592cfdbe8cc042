import { expect, it } from 'vitest'
import { en } from './en.ts'
import { wordsOf } from './index.ts'
import { zh } from './zh.ts'

const filled = (message: string | { one: string; other: string }): Set<string> => {
  const other = typeof message === 'string' ? message : message.other
  return new Set(Array.from(other.matchAll(/\{(\w+)\}/g), ([, name]) => name!))
}

it('both languages say the same of everything', () => {
  for (const key of Object.keys(zh) as (keyof typeof zh)[])
    expect([key, filled(en[key])]).toEqual([key, filled(zh[key])])
})

it('one is one', () => {
  expect(wordsOf('en').t('events.goods', { n: 1 })).toBe('1 piece')
  expect(wordsOf('en').t('events.goods', { n: 1200 })).toBe('1,200 pieces')
  expect(wordsOf('zh').t('step.receive')).toBe('收货')
})
