// A language at work: sentences by key, numbers, and the choice from texts that the ledger has in more than one.
import { type Format, formatOf } from '../format.ts'
import { type Lang, languageNamed } from './languages.ts'
import type { WriteKey } from './parts.ts'
import type { Message } from './zh.ts'

export type { Lang, Message }
export type Values = Record<string, string | number>

/** `t` makes a sentence, `format` its numbers; `pick` chooses from a text that the ledger has in both of its languages. */
export interface Language<Key extends string> {
  lang: Lang
  /** For `Intl`. */
  locale: string
  t(key: Key, values?: Values): string
  format: Format
  pick(text: { zh: string; en: string }): string
}

// A number stays on the line of the Chinese word that it counts.
const COUNTED = /(\d) (?=[\u4e00-\u9fff])/g

/** First strong isolate: in a language that runs from the right, names, numbers and codes keep their own way. */
const apart = (text: string): string => `\u2068${text}\u2069`

/** @param messages the sentences, and how the language writes numbers and times */
export function languageOf<Key extends string>(
  lang: Lang,
  messages: Readonly<Record<Key | WriteKey, Message>>,
): Language<Key> {
  const isolated = languageNamed(lang).dir === 'rtl' ? apart : undefined
  let plurals: Intl.PluralRules | undefined
  const t = (key: Key | WriteKey, values: Values = {}): string => {
    const message = messages[key]
    const n = values['n']
    const formOf = (): string => {
      if (typeof message === 'string') return message
      if (typeof n !== 'number') return message.other
      plurals ??= new Intl.PluralRules(t('write.locale'))
      return message[plurals.select(n)] ?? message.other
    }
    const sentence = formOf().replace(/\{(\w+)\}/g, (_, name: string) => {
      const value = values[name] ?? ''
      if (typeof value === 'number') return format.number(value)
      return isolated?.(value) ?? value
    })
    return sentence.replace(COUNTED, '$1\u00a0')
  }
  const format = formatOf(t, isolated)
  const [spoken = ''] = lang.split('-')
  return { lang, locale: t('write.locale'), t, format, pick: (text) => text[spoken as 'zh'] ?? text.en }
}
