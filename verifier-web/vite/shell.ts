import { createHash } from 'node:crypto'
import type { Plugin } from 'vite'

/** What the product page and the start page can need, in either language; never another page's parts. */
const PAGE = 'index.html'
const BESIDE = ['/manifest.webmanifest', '/icon-192.png']

/** Tells the service worker which files are the page's, and names that state by their content. */
export const shell: Plugin = {
  name: 'shell',
  apply: 'build',
  enforce: 'post',
  generateBundle(_, bundle) {
    const worker = bundle['sw.js']
    const page = bundle[PAGE]
    if (worker?.type !== 'chunk' || page?.type !== 'asset') return
    const wanted = new Set<string>()
    const want = (name: string): void => {
      const file = bundle[name]
      if (file === undefined || wanted.has(name)) return
      wanted.add(name)
      if (file.type !== 'chunk') return
      for (const next of [...file.imports, ...file.dynamicImports, ...(file.viteMetadata?.importedCss ?? [])])
        want(next)
    }
    for (const [, name = ''] of String(page.source).matchAll(/(?:href|src)="\/(assets\/[^"]+)"/g)) want(name)
    const files = ['/', ...BESIDE, ...[...wanted].sort().map((name) => `/${name}`)]
    const version = createHash('sha256')
      .update(JSON.stringify([files, String(page.source)]))
      .digest('hex')
      .slice(0, 16)
    worker.code = `const SHELL=${JSON.stringify({ version, files })};${worker.code}`
  },
}
