import { readdirSync, readFileSync } from 'node:fs'
import { extname, join } from 'node:path'

/** A built file as it is sent. */
export interface PageFile {
  bytes: Uint8Array
  headers: Record<string, string>
}

/** What the operator's page is made of; the folder holds other pages too. */
const PAGE = 'operator.html'
const FOLDERS = ['assets']
const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
}
/** Best first, with the ending of the files that the build made beside. */
const ENCODINGS = [
  ['br', '.br'],
  ['gzip', '.gz'],
] as const

/** The built page. Names are looked up among those that were there at the start, so that no path leads elsewhere. */
export class PageFiles {
  readonly #folder: string
  readonly #names: ReadonlySet<string>

  constructor(folder: string) {
    this.#folder = folder
    this.#names = new Set([...namesIn(folder, ''), ...FOLDERS.flatMap((name) => namesIn(folder, `${name}/`))])
  }

  get isBuilt(): boolean {
    return this.#names.has(PAGE)
  }

  /** The file of a path, in the smallest form that the reader takes; undefined where there is none. */
  find(path: string, accepted: string): PageFile | undefined {
    const name = path === '/' ? PAGE : path.slice(1)
    const type = TYPES[extname(name)]
    const isAsset = FOLDERS.some((folder) => name.startsWith(`${folder}/`))
    if (type === undefined || (!isAsset && name !== PAGE) || !this.#names.has(name)) return undefined
    const [encoding, ending] = ENCODINGS.find(([one, e]) => takes(accepted, one) && this.#names.has(name + e)) ?? []
    const headers: Record<string, string> = {
      'Content-Type': type,
      'Cache-Control': isAsset ? 'public, max-age=31536000, immutable' : 'no-cache',
      Vary: 'Accept-Encoding',
      ...(encoding !== undefined && { 'Content-Encoding': encoding }),
    }
    try {
      return { bytes: readFileSync(join(this.#folder, name + (ending ?? ''))), headers }
    } catch {
      return undefined
    }
  }
}

function takes(accepted: string, encoding: string): boolean {
  return accepted
    .split(',')
    .some((one) => new RegExp(`^\\s*${encoding}\\s*(?:;\\s*q=(?!0(?:\\.0*)?\\s*$).*)?$`).test(one))
}

function namesIn(folder: string, below: string): string[] {
  try {
    const entries = readdirSync(join(folder, below), { withFileTypes: true })
    return entries.filter((entry) => entry.isFile()).map(({ name }) => below + name)
  } catch {
    // Not built: the page says so.
    return []
  }
}
