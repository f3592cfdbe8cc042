import { readFileSync } from 'node:fs'
import { type Plugin, transformWithOxc } from 'vite'
import { isFirstWord } from '../src/i18n/first-words.ts'

/**
 * A language is one file, and arrives in two: `zh.ts?first` holds what the page says until its verdict stands, `zh.ts?rest` all else.
 */
export const words: Plugin = {
  name: 'words',
  enforce: 'pre',
  async load(id) {
    const [file = '', part] = id.split('?')
    if (!file.endsWith('.ts') || (part !== 'first' && part !== 'rest')) return undefined
    this.addWatchFile(file)
    const { code } = await transformWithOxc(readFileSync(file, 'utf8'), file)
    const dictionary: Record<string, unknown> = await import(`data:text/javascript,${encodeURIComponent(code)}`)
    const [messages = {}] = Object.values(dictionary) as Record<string, unknown>[]
    const chosen = Object.entries(messages).filter(([key]) => isFirstWord(key) === (part === 'first'))
    return { code: `export const words = ${JSON.stringify(Object.fromEntries(chosen))}`, map: null, moduleType: 'js' }
  },
}
