import { fileURLToPath } from 'node:url'
import { build, type Plugin } from 'vite'

const here = (path: string): string => fileURLToPath(new URL(`../${path}`, import.meta.url))

/**
 * The gateway's own page, by a build of its own: what two pages of one build share is cut out of both, and the page that a phone opens would pay for it
 * in round trips and bytes. `plugins` are those of the build; `after` runs on the folder when all is in it.
 */
export function operator(plugins: Plugin[], after: (folder: string) => void): Plugin {
  let outDir = ''
  return {
    name: 'operator',
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
        build: {
          outDir,
          emptyOutDir: false,
          copyPublicDir: false,
          target: 'es2022',
          assetsInlineLimit: 0,
          modulePreload: { polyfill: false },
          rolldownOptions: { input: { operator: here('operator.html') } },
        },
      })
      after(outDir)
    },
  }
}
