import { readFileSync } from 'node:fs'
import { type Plugin, transformWithOxc } from 'vite'
import { PARTS } from '../src/i18n/parts.ts'

/**
 * A language is one file, and arrives in parts: `zh.ts?first` holds what the page says until its verdict stands, `zh.ts?rest` what it says below,
 * and so on (src/i18n/parts.ts).
 */
export const words: Plugin = {
  name: 'words',
  enforce: 'pre',
  async load(id) {
    const [file = '', query = ''] = id.split('?')
    const isIn = Object.hasOwn(PARTS, query) ? PARTS[query] : undefined
    if (!file.endsWith('.ts') || isIn === undefined) return undefined
    this.addWatchFile(file)
    const { code } = await transformWithOxc(readFileSync(file, 'utf8'), file)
    const dictionary: Record<string, unknown> = await import(`data:text/javascript,${encodeURIComponent(code)}`)
    const [messages = {}] = Object.values(dictionary) as Record<string, unknown>[]
    const chosen = Object.entries(messages).filter(([key]) => isIn(key))
    return { code: `export const words = ${JSON.stringify(Object.fromEntries(chosen))}`, map: null, moduleType: 'js' }
  },
}

interface Chunk {
  facadeModuleId?: string | null
}

/** How a chunk is called: a language's first words by their language, so that a node can name them beside the page. */
export function chunkName({ facadeModuleId }: Chunk): string {
  return facadeModuleId?.endsWith('.ts?first') ? 'assets/words-[name]-[hash].js' : 'assets/[name]-[hash].js'
}
