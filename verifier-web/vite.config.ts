import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { defineConfig, type Plugin } from 'vite'

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url))

/** Puts the drawn symbols into every page: inside the document they take its colours, and need no request of their own. */
const sprite: Plugin = {
  name: 'sprite',
  transformIndexHtml: (html) => html.replace('<!-- sprite -->', readFileSync(here('./src/sprite.svg'), 'utf8').trim()),
}

export default defineConfig({
  root: here('.'),
  base: '/',
  plugins: [sprite],
  // protocol/ is bundled from its source, so that a page needs no build but its own.
  resolve: { conditions: ['@tristamp/source', 'module', 'browser', 'development|production'] },
  build: {
    outDir: 'dist',
    emptyOutDir: true,
    target: 'es2022',
    // A file is never inlined: the content security policy stays strict and each hash in a name means its content.
    assetsInlineLimit: 0,
    modulePreload: false,
    rolldownOptions: { input: { index: here('./index.html') } },
  },
})
