import { FIRST, type Lang, type Language, languageOf, type Message } from './index.ts'
import { languageNamed } from './languages.ts'
import type { RestKey } from './parts.ts'

const REST = import.meta.glob<Readonly<Record<RestKey, Message>>>(
  ['./[a-z][a-z].ts', './[a-z][a-z][a-z].ts', './[a-z][a-z]-*.ts'],
  { query: '?rest', import: 'words' },
)

// Each draws the page again at a touch, and how numbers are written in it takes a slow phone longer than the rest of that to find out.
const known = new Map<Lang, Language>()

/** All words of the one language that is read: the others are not loaded. */
export async function loadLanguage(asked: Lang): Promise<Language> {
  const { lang } = languageNamed(asked)
  const before = known.get(lang)
  if (before !== undefined) return before
  const [first, rest] = await Promise.all([FIRST[`./${lang}.ts`]!(), REST[`./${lang}.ts`]!()])
  const language = languageOf(lang, { ...first, ...rest })
  known.set(lang, language)
  return language
}
