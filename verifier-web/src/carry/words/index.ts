// The two languages of whoever carries.
import { words } from '../../own/words.ts'
import { en } from './en.ts'
import { zh } from './zh.ts'

export type Key = keyof typeof zh
export type Words = ReturnType<typeof wordsOf>

export const { wordsOf, isKey, WordsProvider, useWords } = words(zh, en, ({ lang, format }) => {
  const locale = lang === 'zh' ? 'zh-CN' : 'en-GB'
  const time = new Intl.DateTimeFormat(locale, { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' })
  const day = new Intl.DateTimeFormat(locale, { day: 'numeric', month: 'short' })
  return {
    /** 50 kB */
    size: (bytes: number): string =>
      bytes < 1_000_000 ? `${format.number(Math.ceil(bytes / 1000))} kB` : `${format.number(bytes / 1_000_000)} MB`,
    /** By this phone's clock, with the day where it is not today's. */
    moment: (ms: number): string =>
      day.format(ms) === day.format(Date.now()) ? time.format(ms) : `${day.format(ms)} ${time.format(ms)}`,
  }
})
