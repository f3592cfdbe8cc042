// The words of this part, in the language that the page has. They stand in the page's own dictionary, under `seen.`.
import type { Language, MessageKey } from '../../i18n/index.ts'
import { useLanguage } from '../../view/parts.tsx'
import { isProvince } from '../province.ts'

export type SeenKey = MessageKey extends infer Key ? (Key extends `seen.${infer Own}` ? Own : never) : never
export type SeenWords = Language<SeenKey>

const WORDS = new WeakMap<Language, SeenWords>()

export function useSeenWords(): SeenWords {
  const language = useLanguage()
  const found = WORDS.get(language)
  if (found !== undefined) return found
  const words: SeenWords = { ...language, t: (key, values) => language.t(`seen.${key}`, values) }
  WORDS.set(language, words)
  return words
}

/** A region as people call it. */
export function regionName(region: string | undefined, { t }: SeenWords): string | undefined {
  if (region === undefined) return undefined
  return isProvince(region) ? t(`province.${region}`) : t('where.zone', { zone: region })
}

export function whereOf(region: string | undefined, words: SeenWords): string {
  const name = regionName(region, words)
  return name === undefined ? words.t('where.unknown') : words.t('where', { region: name })
}
