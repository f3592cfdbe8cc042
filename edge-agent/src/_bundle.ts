import { copyFileSync, mkdirSync, mkdtempSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'vite'

const root = fileURLToPath(new URL('../..', import.meta.url))

/** Builds a TypeScript entry of these tests into one file that a plain node can run, for children that are to be killed. */
export async function bundled(entry: string): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'tristamp-child-'))
  const outDir = join(folder, 'dist')
  mkdirSync(outDir)
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'))
  copyFileSync(join(root, 'edge-agent/package.json'), join(folder, 'package.json'))
  await build({
    root,
    configFile: false,
    logLevel: 'error',
    resolve: { conditions: ['@tristamp/source'] },
    ssr: { resolve: { conditions: ['@tristamp/source'] }, noExternal: [/^@tristamp\//, /^@noble\//] },
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
