import type { Message } from '../../../i18n/zh.ts'
import { words } from '../../../own/words.ts'
import { type PartWords, usePartWords } from '../../words/part.ts'
import type { zh } from './zh.ts'

export type RecallKey = keyof typeof zh

const FILES = import.meta.glob<Record<string, Record<RecallKey, Message>>>(
  ['./[a-z][a-z].ts', './[a-z][a-z][a-z].ts', './[a-z][a-z]-*.ts'],
  { eager: true },
)
const WORDS = words(FILES)

export type RecallWords = PartWords<RecallKey>

export function useRecallWords(): RecallWords {
  return usePartWords(WORDS)
}

/** A length of time as people say it: 2 h 40 min. */
export function ageOf(ms: number, { t }: RecallWords): string {
  const minutes = Math.max(0, Math.floor(ms / 60_000))
  if (minutes < 60) return t('age.minutes', { n: minutes })
  const hours = Math.floor(minutes / 60)
  if (hours < 72) return t('age.hours', { n: hours, m: minutes % 60 })
  return t('age.days', { n: Math.floor(hours / 24), m: hours % 24 })
}

/** A list of names in a sentence. */
export function listed(names: readonly string[], { list }: RecallWords): string {
  return list(names)
}
