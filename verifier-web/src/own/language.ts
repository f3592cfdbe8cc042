// A page's sentences in one language, from its dictionary.
import { formats, type Lang } from '../format.ts'
import type { Language, Message } from '../i18n/index.ts'

// A number stays on the line of the Chinese word that it counts.
const COUNTED = /(\d) (?=[\u4e00-\u9fff])/g

export function languageOf<Key extends string>(lang: Lang, messages: Record<string, Message>): Language<Key> {
  const format = formats[lang]
  return {
    lang,
    format,
    pick: (text) => text[lang],
    t: (key, values = {}) => {
      const message = messages[key] ?? key
      const form = typeof message === 'string' ? message : values['n'] === 1 ? message.one : message.other
      const sentence = form.replace(/\{(\w+)\}/g, (_, name: string) => {
        const value = values[name] ?? ''
        return typeof value === 'number' ? format.number(value) : value
      })
      return sentence.replace(COUNTED, '$1\u00a0')
    },
  }
}
