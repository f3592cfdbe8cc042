import { cp, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'vite'
import type { TestProject } from 'vitest/node'
import { haveChromium } from './_chromium.ts'

declare module 'vitest' {
  export interface ProvidedContext {
    /** The folder of the pages as they are built for this run; copied by whoever changes them. */
    builtPages: string
  }
}

/** Builds the pages once for all browser tests of a run, or takes them from BUILT_PAGES, where they were built just before. */
export default async function buildOnce(project: TestProject): Promise<() => Promise<void>> {
  const folder = await mkdtemp(join(tmpdir(), 'tristamp-built-'))
  const root = fileURLToPath(new URL('../../verifier-web', import.meta.url))
  const outDir = { outDir: folder, emptyOutDir: true }
  const built = process.env['BUILT_PAGES']
  if (built !== undefined) await cp(built, folder, { recursive: true })
  else if (haveChromium())
    await build({ root, configFile: join(root, 'vite.config.ts'), logLevel: 'error', build: outDir })
  project.provide('builtPages', folder)
  return () => rm(folder, { recursive: true, force: true })
}
