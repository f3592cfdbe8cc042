// The words of the notice. A printed one shows both languages.
import { deviceOffset } from '../../local-time.ts'
import { words } from '../../own/words.ts'
import { en } from './en.ts'
import { zh } from './zh.ts'

export type Key = keyof typeof zh

export const { wordsOf, WordsProvider, useWords } = words(zh, en, ({ format }) => ({
  /** By this device's clock. */
  moment: (ms: number): string => format.moment({ ms, offset: deviceOffset(ms) }),
}))
