// The words of the page of labels.
import { words } from '../../own/words.ts'
import { en } from './en.ts'
import { zh } from './zh.ts'

export type Key = keyof typeof zh
export type Words = ReturnType<typeof wordsOf>

export const { wordsOf, isKey, WordsProvider, useWords } = words(zh, en)
