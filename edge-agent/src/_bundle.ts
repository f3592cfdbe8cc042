import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'vite'

/** Builds a TypeScript entry of these tests into one file that a plain node can run, for children that are to be killed. */
export async function bundled(entry: string): Promise<string> {
  const outDir = mkdtempSync(join(tmpdir(), 'tristamp-child-'))
  const root = fileURLToPath(new URL('../..', import.meta.url))
  await build({
    root,
    configFile: false,
    logLevel: 'error',
    resolve: { conditions: ['@tristamp/source'] },
    ssr: { resolve: { conditions: ['@tristamp/source'] }, noExternal: [/^@tristamp\//, /^@noble\//, 'cborg'] },
    build: {
      ssr: fileURLToPath(new URL(entry, import.meta.url)),
      outDir,
      target: 'node20',
      minify: false,
      rollupOptions: { output: { entryFileNames: 'child.mjs' } },
    },
  })
  return join(outDir, 'child.mjs')
}
