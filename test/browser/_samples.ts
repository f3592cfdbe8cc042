import { cp, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { extname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build, type Plugin } from 'vite'

/** The page with sample verdicts, built as the real one is and served under the same policy: every state at once, without a ledger. */
export interface SamplePages extends AsyncDisposable {
  url: string
}

export const STATES = [
  ...['consistent', 'warm', 'recalled', 'held', 'held-unshown', 'released', 'lifted', 'drill', 'elsewhere'],
  ...['held-elsewhere', 'mismatch', 'rewritten', 'none', 'offline', 'recalled-offline', 'never', 'lot', 'long'],
] as const

const TYPES: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript',
  '.css': 'text/css',
}
/** As the node has it for its pages. */
const POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'"

const REPOSITORY = fileURLToPath(new URL('../..', import.meta.url))

/** The page's sources in a folder of their own, where what is put among them is nobody else's. */
async function copied(into: string, more: Record<string, string>): Promise<string> {
  const root = join(into, 'verifier-web')
  for (const name of ['src', 'samples.html', 'package.json', 'tsconfig.json'])
    await cp(join(REPOSITORY, 'verifier-web', name), join(root, name), { recursive: true })
  for (const name of ['node_modules', 'protocol', 'tsconfig']) await symlink(join(REPOSITORY, name), join(into, name))
  for (const [file, text] of Object.entries(more)) await writeFile(join(root, file), text)
  return root
}

/** @param more files to be put among the page's sources, by their paths in `verifier-web/` */
export async function buildSamples(more: Record<string, string> = {}): Promise<SamplePages> {
  const made = await mkdtemp(join(tmpdir(), 'tristamp-samples-'))
  const folder = join(made, 'dist')
  const root = Object.keys(more).length === 0 ? join(REPOSITORY, 'verifier-web') : await copied(made, more)
  const { words } = (await import(join(REPOSITORY, 'verifier-web/vite/words.ts'))) as { words: Plugin }
  const { sprite } = (await import(join(REPOSITORY, 'verifier-web/vite/sprite.ts'))) as { sprite: Plugin }
  await build({
    root,
    base: '/',
    configFile: false,
    logLevel: 'error',
    plugins: [sprite, words],
    oxc: { jsx: { development: false } },
    resolve: { conditions: ['@tristamp/source', 'module', 'browser', 'development|production'] },
    build: {
      outDir: folder,
      emptyOutDir: true,
      target: 'es2022',
      assetsInlineLimit: 0,
      modulePreload: { polyfill: false },
      rolldownOptions: { input: join(root, 'samples.html') },
    },
  })
  const server = createServer((request, response) => {
    const path = new URL(request.url ?? '/', 'http://here').pathname
    // No ledger is behind it.
    if (path.startsWith('/v1/')) return void response.writeHead(404).end()
    readFile(join(folder, path.startsWith('/assets/') ? path : '/samples.html')).then(
      (bytes) => {
        const type = TYPES[path.startsWith('/assets/') ? extname(path) : '.html'] ?? 'application/octet-stream'
        response.writeHead(200, { 'Content-Type': type, 'Content-Security-Policy': POLICY }).end(bytes)
      },
      () => response.writeHead(404).end(),
    )
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/samples.html`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
      await rm(made, { recursive: true, force: true })
    },
  }
}
