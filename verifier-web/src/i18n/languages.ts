// The languages that there are: one for each file of this folder that is named by a language's tag. The build finds them, nothing lists them.
import type { HeadKey } from './parts.ts'

/** The name of a language's file: `zh`, `en`, `pt-BR`. */
export type Lang = string

export interface PageLanguage {
  lang: Lang
  /** For `lang` attributes. */
  tag: string
  /** Its name in itself. */
  name: string
  dir: 'ltr' | 'rtl'
}

/** The language of whoever asks for none, and the one whose keys all others have. */
const REFERENCE: Lang = 'zh'
/** The language of whoever asks for others than there are. */
const FALLBACK: Lang = 'en'

const HEADS = import.meta.glob<Record<HeadKey, string>>(
  ['./[a-z][a-z].ts', './[a-z][a-z][a-z].ts', './[a-z][a-z]-*.ts'],
  {
    query: '?head',
    import: 'words',
    eager: true,
  },
)

/** `./pt-BR.ts` is `pt-BR`. */
export const tagOf = (file: string): Lang => file.slice(file.lastIndexOf('/') + 1, -'.ts'.length)

/** The reference first, then by their tags. */
export const LANGUAGES: readonly PageLanguage[] = Object.entries(HEADS)
  .map(([file, head]): PageLanguage => {
    const dir = head['lang.dir'] === 'rtl' ? 'rtl' : 'ltr'
    return { lang: tagOf(file), tag: head['lang.tag'], name: head['lang.name'], dir }
  })
  .sort((a, b) => Number(b.lang === REFERENCE) - Number(a.lang === REFERENCE))

/** One of the languages; of a tag that has no file, the fallback. */
export function languageNamed(lang: Lang): PageLanguage {
  const named = (tag: Lang): PageLanguage | undefined => LANGUAGES.find((one) => one.lang === tag)
  return named(lang) ?? named(FALLBACK) ?? LANGUAGES[0]!
}

/** Which of `langs` a tag asks for: its own, else the nearest that it begins with, else one of the same language. */
function matching(tag: string, langs: readonly Lang[]): Lang | undefined {
  const subtags = tag.toLowerCase().split('-')
  for (let n = subtags.length; n > 0; n--) {
    const found = langs.find((lang) => lang.toLowerCase() === subtags.slice(0, n).join('-'))
    if (found !== undefined) return found
  }
  return langs.find((lang) => lang.split('-')[0] === subtags[0])
}

/** `?lang=` wins, then the first of the browser's languages that we have, then English; Chinese for a browser that names none. */
export function chooseLanguage(
  search: string,
  preferred: readonly string[],
  langs: readonly Lang[] = LANGUAGES.map(({ lang }) => lang),
): Lang {
  const asked = new URLSearchParams(search).get('lang')
  for (const tag of [asked ?? '', ...preferred]) {
    const found = matching(tag, langs)
    if (found !== undefined) return found
  }
  return preferred.length > 0 ? FALLBACK : REFERENCE
}

/** Says on the document which language it is in, and which way that runs. */
export function setLanguage(lang: Lang): void {
  const { tag, dir } = languageNamed(lang)
  document.documentElement.lang = tag
  document.documentElement.dir = dir
}
