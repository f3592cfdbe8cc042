import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { brotliCompressSync, gzipSync } from 'node:zlib'
import { build } from 'vite'

/** The built pages in a folder of their own. */
export interface BuiltPages extends AsyncDisposable {
  folder: string
  /** Changes a built file, and its compressed forms with it, as another build would. */
  change(file: string, edit: (text: string) => string): Promise<void>
}

export async function buildPages(): Promise<BuiltPages> {
  const folder = await mkdtemp(join(tmpdir(), 'tristamp-pages-'))
  const root = fileURLToPath(new URL('../../verifier-web', import.meta.url))
  await build({
    root,
    configFile: join(root, 'vite.config.ts'),
    logLevel: 'error',
    build: { outDir: folder, emptyOutDir: true },
  })
  return {
    folder,
    async change(file, edit) {
      const path = join(folder, file)
      const text = edit(await readFile(path, 'utf8'))
      await writeFile(path, text)
      await writeFile(`${path}.br`, brotliCompressSync(text))
      await writeFile(`${path}.gz`, gzipSync(text))
    },
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }),
  }
}
