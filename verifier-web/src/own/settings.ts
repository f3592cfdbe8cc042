import { chooseLanguage, type Lang, setLanguage } from '../i18n/languages.ts'
import type { TokenPage } from './token.ts'

/** How a page is shown. `system`: light or dark as the machine is. */
export interface Settings {
  lang: Lang
  theme: 'system' | 'light' | 'dark'
}

/** Whether a theme is dark on this machine. */
export function isDark(theme: Settings['theme']): boolean {
  return theme === 'system' ? matchMedia('(prefers-color-scheme: dark)').matches : theme === 'dark'
}

const keyOf = (page: TokenPage): string => `tristamp/${page}-settings`

/** `?lang=` and `?theme=` win, then what was chosen last, then the first of the browser's languages that the page has. */
export function readSettings(
  page: TokenPage,
  search: string,
  preferred: readonly string[],
  shelf: Storage | undefined,
): Settings {
  const asked = new URLSearchParams(search)
  const chosen = keptSettings(page, shelf)
  const theme = asked.get('theme') ?? chosen.theme
  return {
    lang: chooseLanguage(search, chosen.lang === undefined ? preferred : [chosen.lang, ...preferred]),
    theme: theme === 'light' || theme === 'dark' ? theme : 'system',
  }
}

/** Puts the settings on the document, and keeps them. */
export function applySettings(
  page: TokenPage,
  settings: Settings,
  root: HTMLElement,
  shelf: Storage | undefined,
): void {
  setLanguage(settings.lang)
  if (settings.theme === 'system') delete root.dataset['theme']
  else root.dataset['theme'] = settings.theme
  try {
    shelf?.setItem(keyOf(page), JSON.stringify(settings))
  } catch {
    // A browser that keeps nothing shows its own language next time.
  }
}

function keptSettings(page: TokenPage, shelf: Storage | undefined): { lang?: string; theme?: string } {
  try {
    const { lang, theme } = JSON.parse(shelf?.getItem(keyOf(page)) ?? '{}') as Record<string, unknown>
    return { ...(typeof lang === 'string' && { lang }), ...(typeof theme === 'string' && { theme }) }
  } catch {
    return {}
  }
}
