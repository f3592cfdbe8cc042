// The words of the page of labels.
import type { Message } from '../../i18n/language.ts'
import { words } from '../../own/words.ts'
import type { zh } from './zh.ts'

export type Key = keyof typeof zh
export type Words = ReturnType<typeof wordsOf>

const FILES = import.meta.glob<Record<string, Record<Key, Message>>>(
  ['./[a-z][a-z].ts', './[a-z][a-z][a-z].ts', './[a-z][a-z]-*.ts'],
  { eager: true },
)

export const { wordsOf, isKey, WordsProvider, useWords } = words(FILES)
