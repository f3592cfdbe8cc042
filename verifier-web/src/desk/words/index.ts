// The desk's two languages: what the product page says, and what only the desk says.
import { en as productEn } from '../../i18n/en.ts'
import { zh as productZh } from '../../i18n/zh.ts'
import { codeOf } from '../../own/answer.ts'
import { words } from '../../own/words.ts'
import { en } from './en.ts'
import { zh } from './zh.ts'

export type DeskKey = keyof typeof zh
export type Key = keyof typeof productZh | DeskKey
export type Words = ReturnType<typeof wordsOf>

export const { wordsOf, isKey, WordsProvider, useWords } = words({ ...productZh, ...zh }, { ...productEn, ...en })

/** Why something was not answered, as people say it. */
export function reasonOf(error: unknown, { t }: Words): string {
  const code = codeOf(error)
  const key = `problem.${code}`
  return isKey(key) ? t(key) : t('problem.other', { code })
}
