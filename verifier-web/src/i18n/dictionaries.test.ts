// Every dictionary that there is, of every page and every language, found as the build finds them.
import { describe, expect, it } from 'vitest'
import { PARTS } from './parts.ts'
import type { Message } from './zh.ts'

type Dictionary = Record<string, Message>

const FILES = import.meta.glob<Record<string, Dictionary>>(
  [
    './[a-z][a-z].ts',
    './[a-z][a-z][a-z].ts',
    './[a-z][a-z]-*.ts',
    '../**/words/[a-z][a-z].ts',
    '../**/words/[a-z][a-z][a-z].ts',
    '../**/words/[a-z][a-z]-*.ts',
  ],
  { eager: true },
)
const FOUND = Object.entries(FILES).map(([file, module]) => ({
  file,
  folder: file.slice(0, file.lastIndexOf('/')),
  lang: file.slice(file.lastIndexOf('/') + 1, -'.ts'.length),
  messages: Object.values(module)[0]!,
}))
const folders = [...new Set(FOUND.map(({ folder }) => folder))]

const forms = (message: Message): string[] => (typeof message === 'string' ? [message] : Object.values(message))
const blanks = (text: string): string[] =>
  [...new Set([...text.matchAll(/\{(\w+)\}/g)].map(([, name]) => name!))].sort()
const whole = (message: Message): string => (typeof message === 'string' ? message : message.other)

/** How a language writes, and which figures say a thing best, is for itself to choose, from these. */
const WRITTEN: Record<string, string[]> = {
  '. write.day': ['day', 'month', 'mm', 'dd', 'year'],
  '. write.date': ['day', 'month', 'mm', 'dd'],
  '. write.full': ['day', 'month', 'mm', 'dd', 'year'],
  // How long it was measured, of how long, or how long altogether.
  '. kept.gaps': ['measured', 'total', 'n', 'length'],
  '. kept.one-gap': ['measured', 'total', 'length'],
  // One language tells how many there are, another how many more.
  '../operator/words more': ['n', 'total'],
}

/** What whoever buys food need not know; the page says it below, where it says how it checked. */
const NOT_A_SHOPPERS = {
  zh: /账本|见证方|哈希|检查点|网关|钥匙|EPCIS|GS1/,
  en: /\b(?:ledger|witness|hash|checkpoint|gateway|quorum|policy|bundle|EPCIS|GS1)/i,
}

it.each(Object.entries(NOT_A_SHOPPERS))('say the verdict in %s in a shopper’s words', (lang, word) => {
  const { messages } = FOUND.find((one) => one.folder === '.' && one.lang === lang)!
  for (const [key, message] of Object.entries(messages).filter(([key]) => PARTS['first']!(key)))
    for (const form of forms(message)) expect(form, key).not.toMatch(word)
})

it('are found, those of the page that a code opens among them', () => {
  expect(folders).toContain('.')
  expect(folders.length).toBeGreaterThan(8)
})

describe.each(folders)('%s', (folder) => {
  const here = FOUND.filter((one) => one.folder === folder)
  const reference = here.find(({ lang }) => lang === 'zh')!.messages

  it.each(here.map(({ lang, messages }) => [lang, messages] as const))('in %s', (lang, messages) => {
    expect(new Set(Object.keys(messages))).toEqual(new Set(Object.keys(reference)))
    const categories = new Intl.PluralRules(lang).resolvedOptions().pluralCategories
    for (const [key, message] of Object.entries(messages)) {
      const asked = blanks(whole(reference[key]!))
      const free = WRITTEN[`${folder} ${key}`]
      if (free !== undefined) expect(free, key).toEqual(expect.arrayContaining(blanks(whole(message))))
      else expect([key, ...blanks(whole(message))]).toEqual([key, ...asked])
      for (const form of forms(message)) {
        expect(blanks(whole(message)), key).toEqual(expect.arrayContaining(blanks(form)))
        expect(form, key).not.toMatch(/authentic|genuine|guarantee|正品|保真|真品/i)
        // A mark where a line may break, in languages without spaces.
        if (!['zh', 'ja', 'th'].includes(lang.split('-')[0]!)) expect(form, key).not.toContain('|')
      }
      // A form that the language never uses would never be read.
      if (typeof message !== 'string')
        expect([...categories, 'other']).toEqual(expect.arrayContaining(Object.keys(message)))
    }
  })
})
