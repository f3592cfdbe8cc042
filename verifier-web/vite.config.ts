import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { brotliCompressSync, constants, gzipSync } from 'node:zlib'
import { build, defineConfig, type Plugin, type UserConfig } from 'vite'
import { again } from './vite/again.ts'
import { ahead } from './vite/ahead.ts'
import { eager } from './vite/eager.ts'
import { leaveOut } from './vite/leave-out.ts'
import { ownPage } from './vite/own-page.ts'
import { pagesOfTheirOwn } from './vite/own-pages.ts'
import { CARRY, CONSUMER, shell } from './vite/shell.ts'
import { sprite } from './vite/sprite.ts'
import { terse } from './vite/terse.ts'
import { chunkName, words } from './vite/words.ts'

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url))

/** Writes each text file a second and third time, as small as it gets: the node and the gateway send these. */
function compress(folder: string): void {
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile() || !/\.(?:js|css|html|svg|webmanifest|wasm)$/.test(entry.name)) continue
    const file = join(entry.parentPath, entry.name)
    const bytes = readFileSync(file)
    writeFileSync(`${file}.gz`, gzipSync(bytes, { level: 9 }))
    const params = { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length }
    writeFileSync(`${file}.br`, brotliCompressSync(bytes, { params }))
  }
}

const compressed: Plugin = {
  name: 'compressed',
  apply: 'build',
  writeBundle: ({ dir }) => compress(dir!),
}

const common: UserConfig = {
  root: here('.'),
  base: '/',
  plugins: [sprite, leaveOut, words, terse],
  // One form of JSX everywhere: what tests build is what is served.
  oxc: { jsx: { development: false } },
  // protocol/ is bundled from its source, so that a page needs no build but its own.
  resolve: { conditions: ['@tristamp/source', 'module', 'browser', 'development|production'] },
}

/** Leaves out what is loaded when it is needed: what only that uses of a module would count as used before. */
const withoutTheRest: Plugin = {
  name: 'without-the-rest',
  resolveDynamicImport: (part) => ({ id: String(part), external: true }),
}

interface First {
  /** What says that the page is checking: the entry, and what it needs. */
  waiting: ReadonlySet<string>
  /** What else runs before a verdict stands. */
  verdict: ReadonlySet<string>
}

/**
 * The modules that run before a verdict stands, found by a build of the product page alone. They become two files, one that draws at once and one that checks: a
 * round trip on a bad line is half a second, and files squeezed apart are a tenth larger than one.
 */
async function beforeTheVerdict(): Promise<First> {
  const [main, visit] = [here('./src/main.ts'), here('./src/visit.ts')]
  const built = await build({
    ...common,
    plugins: [...common.plugins!, withoutTheRest],
    configFile: false,
    logLevel: 'error',
    build: { write: false, rolldownOptions: { input: [main, visit], preserveEntrySignatures: 'strict' } },
  })
  const chunks = [built]
    .flat()
    .flatMap((one) => ('output' in one ? one.output : []))
    .filter((o) => o.type === 'chunk')
  const usedBy = (entry: string): string[] => {
    const wanted = new Set(chunks.filter((c) => c.facadeModuleId === entry).map(({ fileName }) => fileName))
    for (const name of wanted) for (const one of chunks.find((c) => c.fileName === name)?.imports ?? []) wanted.add(one)
    return chunks
      .filter(({ fileName }) => wanted.has(fileName))
      .flatMap(({ modules }) => Object.entries(modules).filter(([, { renderedLength }]) => renderedLength > 0))
      .map(([id]) => id)
  }
  const waiting = new Set(usedBy(main).filter((id) => id !== main))
  return { waiting, verdict: new Set(usedBy(visit).filter((id) => id !== main && !waiting.has(id))) }
}

export default defineConfig(async ({ command }) => {
  const first = command === 'build' ? await beforeTheVerdict() : undefined
  return {
    ...common,
    plugins: [
      ownPage,
      sprite,
      leaveOut,
      words,
      terse,
      ahead,
      again,
      eager,
      shell(CONSUMER),
      compressed,
      pagesOfTheirOwn([ownPage, sprite, words, shell(CARRY)], compress),
    ],
    build: {
      outDir: here('./dist'),
      emptyOutDir: true,
      target: 'es2022',
      // A file is never inlined: the content security policy stays strict and each hash in a name means its content.
      assetsInlineLimit: 0,
      // What the page starts with is asked for at once, not one after the other: each round trip on a bad line is half a second.
      modulePreload: { polyfill: false },
      rolldownOptions: {
        // That most of a build is squeezing what it made is known, and no warning.
        checks: { bundlerTimings: false },
        input: { index: here('./index.html'), sw: here('./worker/sw.ts') },
        output: {
          // A service worker rules over the folder that it lies in.
          entryFileNames: ({ name }) => (name === 'sw' ? 'sw.js' : 'assets/[name]-[hash].js'),
          chunkFileNames: chunkName,
          codeSplitting: {
            // What a module could need is no reason to send it.
            includeDependenciesRecursively: false,
            groups: [
              { name: 'waiting', test: (id) => first?.waiting.has(id) ?? false, priority: 1 },
              { name: 'verdict', test: (id) => first?.verdict.has(id) ?? false },
            ],
          },
        },
      },
    },
  }
})
