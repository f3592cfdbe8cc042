import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import type { Request, Response } from 'express'

/** The encodings that the build made beside each file, best first, with the ending of their files. */
const ENCODINGS = [
  ['br', '.br'],
  ['gzip', '.gz'],
] as const

/**
 * Built files that lie there compressed already, as small as the encoding can make them: a request costs no squeezing, and a page is some
 * tenth smaller than one squeezed while someone waits.
 */
export class Precompressed {
  readonly #files: ReadonlySet<string>

  constructor(folder: string) {
    this.#files = new Set(filesUnder(folder))
  }

  /**
   * The file to send in place of `name` (with slashes, relative to the folder) to whoever asks; sets the headers that go with it. A reader that accepts none gets the
   * file itself.
   */
  choose(name: string, req: Request, res: Response): string {
    const made = ENCODINGS.filter(([, ending]) => this.#files.has(name + ending))
    if (made.length === 0) return name
    res.vary('Accept-Encoding')
    const chosen = made.find(([encoding]) => req.acceptsEncodings(encoding) === encoding)
    if (chosen === undefined) return name
    res.setHeader('Content-Encoding', chosen[0])
    res.type(name.slice(name.lastIndexOf('.')))
    return name + chosen[1]
  }
}

function filesUnder(folder: string): string[] {
  try {
    const entries = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile())
    return entries.map(({ parentPath, name }) =>
      join(parentPath, name)
        .slice(folder.length + 1)
        .replaceAll('\\', '/'),
    )
  } catch {
    // Not built: there is nothing to choose from, and the page says so.
    return []
  }
}
