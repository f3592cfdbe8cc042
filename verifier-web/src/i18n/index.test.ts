import { describe, expect, it } from 'vitest'
import { loadLanguage } from './all-words.ts'
import { en } from './en.ts'
import { chooseLanguage, firstWords, LANGUAGES, languageOf, type MessageKey } from './index.ts'
import { type PageLanguage, setLanguage } from './languages.ts'
import { PARTS } from './parts.ts'
import { zh } from './zh.ts'

describe('languageOf', () => {
  it('counts, and keeps a number with its word', () => {
    expect(languageOf('en', en).t('say.consistent.complete', { n: 1 })).toMatch(/^One record /)
    expect(languageOf('en', en).t('say.consistent.complete', { n: 1234 })).toMatch(/^1,234 records /)
    expect(languageOf('zh', zh).t('say.consistent.complete', { n: 14 })).toContain('14\u00a0条记录')
  })

  it('counts as each language does', () => {
    const few = { one: '{n} záznam', few: '{n} záznamy', many: '{n} záznamu', other: '{n} záznamů' }
    const { t } = languageOf('cs', { ...en, 'write.locale': 'cs', report: few })
    expect([1, 2, 5].map((n) => t('report', { n }))).toEqual(['1 záznam', '2 záznamy', '5 záznamů'])
  })

  it('does not read placeholders out of values', () => {
    expect(languageOf('en', en).t('witness.silent', { name: '{name} $1 <b>' })).toBe('{name} $1 <b>, no answer')
  })

  it('chooses from the texts of the ledger, in English where it has none', () => {
    const text = { zh: '猪肉', en: 'Pork' }
    expect(['zh', 'zh-Hant', 'en', 'ar'].map((lang) => languageOf(lang, en).pick(text))).toEqual([
      ...['猪肉', '猪肉', 'Pork', 'Pork'],
    ])
  })
})

describe('the languages', () => {
  it('are those that there are files of', () => {
    const [first, second]: readonly PageLanguage[] = LANGUAGES
    expect(first).toEqual({ lang: 'zh', tag: 'zh-Hans', name: '中文', dir: 'ltr' })
    expect(second).toEqual({ lang: 'en', tag: 'en', name: 'EN', dir: 'ltr' })
  })

  it('come in parts, which together are all of it', async () => {
    const [first, all] = await Promise.all([firstWords('en'), loadLanguage('en')])
    expect(first.t('word.recalled')).toBe('Recalled')
    expect(first.format.moment({ ms: 0, offset: 'Z' })).toBe('1\u00a0Jan 00:00')
    expect(all.t('report')).toBe(en.report)
    expect((await loadLanguage('xx')).lang).toBe('en')
    for (const key of Object.keys(zh) as MessageKey[]) {
      const parts = (['head', 'first', 'rest'] as const).filter((part) => PARTS[part]!(key))
      expect([key, parts.length]).toEqual([key, 1])
    }
  })

  it('say on the document which it is, and which way it runs', () => {
    const documentElement = { lang: '', dir: '' }
    Object.assign(globalThis, { document: { documentElement } })
    setLanguage('zh')
    expect(documentElement).toEqual({ lang: 'zh-Hans', dir: 'ltr' })
    Reflect.deleteProperty(globalThis, 'document')
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

  it.each([
    [['zh-Hant-TW'], 'zh-Hant'],
    [['zh-CN'], 'zh'],
    [['pt-PT'], 'pt-BR'],
    [['arc', 'ar-EG'], 'ar'],
  ])('among more languages, %j is %s', (preferred, lang) => {
    expect(chooseLanguage('', preferred, ['zh', 'en', 'zh-Hant', 'pt-BR', 'ar'])).toBe(lang)
  })
})
