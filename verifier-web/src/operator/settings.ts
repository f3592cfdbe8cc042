// What this screen is set to. Kept in the browser; nothing of it is the gateway's.
import { chooseLanguage, type Lang } from '../i18n/languages.ts'

export interface Settings {
  lang: Lang
  theme: 'system' | 'light' | 'dark'
  muted: boolean
  /** The station that scans of this screen go to. */
  station: string | undefined
}

const KEY = 'tristamp-gateway/1'

export function readSettings(search: string, preferred: readonly string[]): Settings {
  const asked = new URLSearchParams(search)
  const kept = parsed()
  const theme = asked.get('theme') ?? kept.theme
  return {
    lang: chooseLanguage(search, [...(typeof kept.lang === 'string' ? [kept.lang] : []), ...preferred]),
    theme: theme === 'light' || theme === 'dark' ? theme : 'system',
    muted: kept.muted === true,
    station: typeof kept.station === 'string' ? kept.station : undefined,
  }
}

export function keepSettings(settings: Settings): void {
  try {
    localStorage.setItem(KEY, JSON.stringify(settings))
  } catch {
    // Storage is barred: the next visit begins anew.
  }
}

function parsed(): Partial<Settings> {
  try {
    const value: unknown = JSON.parse(localStorage.getItem(KEY) ?? '{}')
    return typeof value === 'object' && value !== null ? (value as Partial<Settings>) : {}
  } catch {
    return {}
  }
}
