import { describe, expect, it } from 'vitest'
import { en } from './en.ts'
import { chooseLanguage, languageOf, type Message, type MessageKey } from './index.ts'
import { zh } from './zh.ts'

const forms = (message: Message): string[] => (typeof message === 'string' ? [message] : Object.values(message))
const placeholders = (text: string): string[] =>
  [...new Set([...text.matchAll(/\{(\w+)\}/g)].map((m) => m[1] ?? ''))].sort()
const keys = Object.keys(zh) as MessageKey[]

describe('messages', () => {
  it('exist under the same keys in both languages', () => {
    expect(Object.keys(en)).toEqual(Object.keys(zh))
  })

  it.each(keys)('%s has the same placeholders in both', (key) => {
    const whole = (message: Message): string => forms(message).at(-1) ?? ''
    expect(placeholders(whole(en[key]))).toEqual(placeholders(whole(zh[key])))
    for (const form of forms(en[key]))
      expect(placeholders(whole(en[key]))).toEqual(expect.arrayContaining(placeholders(form)))
  })

  it.each(keys)('%s promises nothing that no record can show', (key) => {
    for (const text of [...forms(zh[key]), ...forms(en[key])])
      expect(text).not.toMatch(/authentic|genuine|guarantee|正品|保真|真品/i)
  })

  it('mark where a line may break in Chinese alone', () => {
    for (const key of keys) for (const text of forms(en[key])) expect(text).not.toContain('|')
  })
})

describe('languageOf', () => {
  it('counts, and keeps a number with its word', () => {
    expect(languageOf('en', en).t('say.consistent.complete', { n: 1 })).toMatch(/^One record /)
    expect(languageOf('en', en).t('say.consistent.complete', { n: 1234 })).toMatch(/^1,234 records /)
    expect(languageOf('zh', zh).t('say.consistent.complete', { n: 14 })).toContain('14\u00a0条记录')
  })

  it('does not read placeholders out of values', () => {
    expect(languageOf('en', en).t('witness.silent', { name: '{name} $1 <b>' })).toBe('{name} $1 <b>, no answer')
  })
})

describe('chooseLanguage', () => {
  it.each([
    ['?lang=en', ['zh-CN'], 'en'],
    ['?lang=zh', ['en-GB'], 'zh'],
    ['?lang=xx', ['zh-Hant-TW'], 'zh'],
    ['', ['fr-FR', 'en-US', 'zh'], 'en'],
    ['', ['fr-FR'], 'en'],
    ['', [], 'zh'],
  ])('%s with %j is %s', (search, preferred, lang) => {
    expect(chooseLanguage(search, preferred)).toBe(lang)
  })
})
