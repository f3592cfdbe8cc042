// The two languages of whoever carries.
import type { Message } from '../../i18n/language.ts'
import { words } from '../../own/words.ts'
import type { zh } from './zh.ts'

export type Key = keyof typeof zh
export type Words = ReturnType<typeof wordsOf>

const FILES = import.meta.glob<Record<string, Record<Key, Message>>>(
  ['./[a-z][a-z].ts', './[a-z][a-z][a-z].ts', './[a-z][a-z]-*.ts'],
  { eager: true },
)

export const { wordsOf, isKey, WordsProvider, useWords } = words(FILES, ({ locale, format }) => {
  const time = new Intl.DateTimeFormat(locale, { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' })
  const day = new Intl.DateTimeFormat(locale, { day: 'numeric', month: 'short' })
  return {
    /** 50 kB */
    size: (bytes: number): string =>
      bytes < 1_000_000
        ? `${format.number(Math.ceil(bytes / 1000))}\u00a0kB`
        : `${format.number(bytes / 1_000_000)}\u00a0MB`,
    /** By this phone's clock, with the day where it is not today's. */
    moment: (ms: number): string =>
      day.format(ms) === day.format(Date.now()) ? time.format(ms) : `${day.format(ms)} ${time.format(ms)}`,
  }
})
