import { type Lang, type Language, languageOf } from '../../i18n/index.ts'
import { useLanguage } from '../../view/parts.tsx'
import { en } from './en.ts'
import { provinceName } from './regions.ts'
import { zh } from './zh.ts'

export type SeenKey = keyof typeof zh
export type SeenWords = Language<SeenKey>

const WORDS: Record<Lang, SeenWords> = { zh: languageOf('zh', zh), en: languageOf('en', en) }

/** The words of this part, in the language that the page has. */
export function useSeenWords(): SeenWords {
  return WORDS[useLanguage().lang]
}

/** A region as people call it. */
export function regionName(region: string | undefined, { t, lang }: SeenWords): string | undefined {
  if (region === undefined) return undefined
  return provinceName(region, lang) ?? t('where.zone', { zone: region })
}

export function whereOf(region: string | undefined, words: SeenWords): string {
  const name = regionName(region, words)
  return name === undefined ? words.t('where.unknown') : words.t('where', { region: name })
}
