import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { brotliCompressSync, gzipSync } from 'node:zlib'
import { inject } from 'vitest'

/** The built pages in a folder of the caller's own. */
export interface BuiltPages extends AsyncDisposable {
  folder: string
  /** Changes a built file, and its compressed forms with it, as another build would. */
  change(file: string, edit: (text: string) => string): Promise<void>
}

export async function buildPages(): Promise<BuiltPages> {
  const folder = await mkdtemp(join(tmpdir(), 'tristamp-pages-'))
  await cp(inject('builtPages'), folder, { recursive: true })
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
