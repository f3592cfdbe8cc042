import { existsSync, readdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { build, type Plugin } from 'vite'

const here = (path: string): string => fileURLToPath(new URL(`../${path}`, import.meta.url))

/** The page that a code opens, and the samples that only a developer looks at. */
const APART = new Set(['index.html', 'samples.html'])

/** Every other page of this folder, by its name, and the service worker of those that have one. */
function ownPages(): Record<string, string> {
  const files = readdirSync(here('.')).filter((file) => file.endsWith('.html') && !APART.has(file))
  const names = files.map((file) => file.slice(0, -'.html'.length))
  const pages = names.map((name) => [name, here(`${name}.html`)])
  const workers = names
    .map((name) => [`${name}-sw`, here(`worker/${name}-sw.ts`)])
    .filter(([, file]) => existsSync(file!))
  return Object.fromEntries([...pages, ...workers]) as Record<string, string>
}

/**
 * The pages of those who work with the system, by a build of their own: what two pages of one build share is cut out of both, and the page that a phone
 * opens would pay for it in round trips and bytes. `plugins` are those of the build; `after` runs on the folder when all is in it.
 */
export function pagesOfTheirOwn(plugins: Plugin[], after: (folder: string) => void): Plugin {
  let outDir = ''
  return {
    name: 'own-pages',
    apply: 'build',
    configResolved(config) {
      outDir = config.build.outDir
    },
    async closeBundle() {
      await build({
        root: here('.'),
        base: '/',
        configFile: false,
        logLevel: 'error',
        plugins,
        oxc: { jsx: { development: false } },
        // protocol/ is bundled from its source, so that a page needs no build but its own.
        resolve: { conditions: ['@tristamp/source', 'module', 'browser', 'development|production'] },
        build: {
          outDir,
          emptyOutDir: false,
          copyPublicDir: false,
          target: 'es2022',
          assetsInlineLimit: 0,
          modulePreload: { polyfill: false },
          rolldownOptions: {
            input: ownPages(),
            // A service worker rules over the folder that it lies in.
            output: { entryFileNames: ({ name }) => (name.endsWith('-sw') ? `${name}.js` : 'assets/[name]-[hash].js') },
          },
        },
      })
      after(outDir)
    },
  }
}
