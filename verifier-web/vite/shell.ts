import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import type { Plugin, Rolldown } from 'vite'

/** A page that opens without a connection, and the service worker that keeps it. */
export interface Shell {
  /** The page's file, and the address that it is opened at. */
  page: string
  address: string
  /** The worker's entry: `<worker>.js` lies beside the pages, for it rules over the folder that it lies in. */
  worker: string
  /** Files that the page names and the build does not. */
  beside: readonly string[]
  /** Modules whose chunks, and what these bring, are kept when they were used once, and not before. */
  onUse?: RegExp
}

/** The page that a code opens: what it can need, in either language; never another page's parts. Readers of codes are large, and few scan here. */
export const CONSUMER: Shell = {
  page: 'index.html',
  address: '/',
  worker: 'sw',
  beside: ['/manifest.webmanifest', '/icon-192.png'],
  onUse: /[/\\]src[/\\]scan[/\\](?:zxing|small)\.ts$/,
}

/** A phone films where there is no network: it needs all of it. */
export const CARRY: Shell = {
  page: 'carry.html',
  address: '/carry',
  worker: 'carry-sw',
  beside: ['/carry.webmanifest', '/icon-192.png'],
}

/** Tells the service worker which files are the page's, and names that state by their content. */
export function shell({ page, address, worker, beside, onUse }: Shell): Plugin {
  return {
    name: `shell-${worker}`,
    apply: 'build',
    enforce: 'post',
    // Behind whatever else changes a file: the name is the sum of what is served.
    generateBundle: {
      order: 'post',
      handler(_, bundle) {
        const script = bundle[`${worker}.js`]
        const html = bundle[page]
        if (script?.type !== 'chunk' || html?.type !== 'asset') return
        const wanted = new Set<string>()
        const later = new Set<string>()
        const want = (name: string, into: Set<string>): void => {
          const file = bundle[name]
          if (file === undefined || wanted.has(name) || into.has(name)) return
          const put = file.type === 'chunk' && isOnUse(file, onUse) ? later : into
          put.add(name)
          if (file.type !== 'chunk') return
          for (const next of [...file.imports, ...file.dynamicImports, ...(file.viteMetadata?.importedCss ?? [])])
            want(next, put)
          for (const [next] of file.code.matchAll(/assets\/[\w.-]+\.wasm/g)) want(next, put)
        }
        for (const [, name = ''] of String(html.source).matchAll(/(?:href|src)="\/(assets\/[^"]+)"/g))
          want(name, wanted)
        const addresses = (names: Set<string>): string[] => [...names].sort().map((name) => `/${name}`)
        const files = [address, ...beside, ...addresses(wanted)]
        const sumOf = (some: string[]): string => {
          const sum = createHash('sha256')
          for (const file of some) sum.update(file === address ? html.source : contentOf(bundle, file.slice(1)))
          return sum.digest('hex').slice(0, 32)
        }
        const version = sumOf(files)
        const used = addresses(later).filter((name) => !files.includes(name))
        const onceUsed = Object.fromEntries(used.map((name) => [name, sumOf([name])]))
        script.code = `const SHELL=${JSON.stringify({ version, files, onceUsed })};${script.code}`
      },
    },
  }
}

/** A file as it will be served: of the build, or one that is copied as it is. */
function contentOf(bundle: Rolldown.OutputBundle, name: string): string | Uint8Array {
  const file = bundle[name]
  if (file === undefined) return readFileSync(new URL(`../public/${name}`, import.meta.url))
  return file.type === 'chunk' ? file.code : file.source
}

function isOnUse({ moduleIds }: Rolldown.OutputChunk, onUse: RegExp | undefined): boolean {
  return onUse !== undefined && moduleIds.some((id) => onUse.test(id))
}
