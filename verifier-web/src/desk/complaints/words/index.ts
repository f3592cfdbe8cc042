import type { Message } from '../../../i18n/zh.ts'
import { words } from '../../../own/words.ts'
import { type PartWords, usePartWords } from '../../words/part.ts'
import type { zh } from './zh.ts'

export type ComplaintKey = keyof typeof zh

const FILES = import.meta.glob<Record<string, Record<ComplaintKey, Message>>>(
  ['./[a-z][a-z].ts', './[a-z][a-z][a-z].ts', './[a-z][a-z]-*.ts'],
  { eager: true },
)
const WORDS = words(FILES)

export function useComplaintWords(): PartWords<ComplaintKey> {
  return usePartWords(WORDS)
}
