// The words of the notice. A printed one shows both languages.

import type { Message } from '../../i18n/language.ts'
import { deviceOffset } from '../../local-time.ts'
import { words } from '../../own/words.ts'
import type { zh } from './zh.ts'

export type Key = keyof typeof zh

const FILES = import.meta.glob<Record<string, Record<Key, Message>>>(
  ['./[a-z][a-z].ts', './[a-z][a-z][a-z].ts', './[a-z][a-z]-*.ts'],
  { eager: true },
)

export const { wordsOf, WordsProvider, useWords } = words(FILES, ({ format }) => ({
  /** By this device's clock. */
  moment: (ms: number): string => format.moment({ ms, offset: deviceOffset(ms) }),
}))
