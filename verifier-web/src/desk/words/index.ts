// The desk's two languages: what the product page says, and what only the desk says.
import type { Message, MessageKey } from '../../i18n/index.ts'
import { codeOf } from '../../own/answer.ts'
import { together, words } from '../../own/words.ts'
import type { zh } from './zh.ts'

export type DeskKey = keyof typeof zh
export type Key = MessageKey | DeskKey
export type Words = ReturnType<typeof wordsOf>

const PRODUCT = import.meta.glob<Record<string, Record<MessageKey, Message>>>(
  ['../../i18n/[a-z][a-z].ts', '../../i18n/[a-z][a-z][a-z].ts', '../../i18n/[a-z][a-z]-*.ts'],
  { eager: true },
)
const DESK = import.meta.glob<Record<string, Record<DeskKey, Message>>>(
  ['./[a-z][a-z].ts', './[a-z][a-z][a-z].ts', './[a-z][a-z]-*.ts'],
  { eager: true },
)

export const { wordsOf, isKey, WordsProvider, useWords } = words(together(PRODUCT, DESK))

/** Why something was not answered, as people say it. */
export function reasonOf(error: unknown, { t }: Words): string {
  const code = codeOf(error)
  const key = `problem.${code}`
  return isKey(key) ? t(key) : t('problem.other', { code })
}
