import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { brotliCompressSync, constants, gzipSync } from 'node:zlib'
import { defineConfig, type Plugin } from 'vite'

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url))

/** Puts the drawn symbols into every page: inside the document they take its colours, and need no request of their own. */
const sprite: Plugin = {
  name: 'sprite',
  transformIndexHtml: (html) => html.replace('<!-- sprite -->', readFileSync(here('./src/sprite.svg'), 'utf8').trim()),
}

/** Writes each text file a second and third time, as small as it gets: the node sends these. */
const compressed: Plugin = {
  name: 'compressed',
  apply: 'build',
  writeBundle({ dir }) {
    for (const entry of readdirSync(dir!, { recursive: true, withFileTypes: true })) {
      if (!entry.isFile() || !/\.(?:js|css|html|svg|webmanifest|wasm)$/.test(entry.name)) continue
      const file = join(entry.parentPath, entry.name)
      const bytes = readFileSync(file)
      writeFileSync(`${file}.gz`, gzipSync(bytes, { level: 9 }))
      const params = { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length }
      writeFileSync(`${file}.br`, brotliCompressSync(bytes, { params }))
    }
  },
}

export default defineConfig({
  root: here('.'),
  base: '/',
  plugins: [sprite, compressed],
  // protocol/ is bundled from its source, so that a page needs no build but its own.
  resolve: { conditions: ['@tristamp/source', 'module', 'browser', 'development|production'] },
  build: {
    outDir: 'dist',
    emptyOutDir: true,
    target: 'es2022',
    // A file is never inlined: the content security policy stays strict and each hash in a name means its content.
    assetsInlineLimit: 0,
    // What the page starts with is asked for at once, not one after the other: each round trip on a bad line is half a second.
    modulePreload: { polyfill: false },
    rolldownOptions: { input: { index: here('./index.html') } },
  },
})
