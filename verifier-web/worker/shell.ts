// A page's shell on the device: it opens without a connection. Answers of the ledger are never kept here: a page keeps itself what it
// must remember, and says of when it is.

declare const self: ServiceWorkerGlobalScope
/** Filled in by the build: the page and its parts, and a name that is the sum of them (SHA-256 of one after the other). */
declare const SHELL: { version: string; files: string[]; onceUsed: string[] }

/** Whose caches are whose; where the page is opened; which addresses are that page. */
export interface ShellPage {
  prefix: string
  address: string
  addresses: RegExp
}

export function keepShell({ prefix, address, addresses }: ShellPage): void {
  const name = prefix + SHELL.version

  /**
   * All of it or nothing: a shell with a hole would open and then break. And only what its name is the sum of: what a server, or somebody in between,
   * once sent in its place would stay for as long as the worker is the same.
   */
  async function keep(): Promise<void> {
    // Names in /assets/ mean their content, unless a cache was told otherwise; the others must be asked for anew.
    const shell = (await whole((file) => file.startsWith('/assets/'))) ?? (await whole(() => false))
    if (shell === undefined) throw new Error(SHELL.version)
    const cache = await caches.open(name)
    await Promise.all(shell.map((answer, i) => cache.put(SHELL.files[i]!, answer)))
    await self.skipWaiting()
  }

  /** The shell's files in their order; undefined where they are not those of this build. */
  async function whole(fromCache: (file: string) => boolean): Promise<Response[] | undefined> {
    const asked = SHELL.files.map((file) => fetch(file, { cache: fromCache(file) ? 'default' : 'reload' }))
    const answers = await Promise.all(asked)
    const bodies = await Promise.all(answers.map((answer) => answer.clone().arrayBuffer()))
    const sum = await crypto.subtle.digest('SHA-256', await new Blob(bodies).arrayBuffer())
    const hex = [...new Uint8Array(sum)].map((byte) => byte.toString(16).padStart(2, '0')).join('')
    return answers.every(({ ok }) => ok) && hex.startsWith(SHELL.version) ? answers : undefined
  }

  /** A page that was opened with the shell before this one still loads its parts from there. */
  async function forgetOld(): Promise<void> {
    const shells = (await caches.keys()).filter((one) => one.startsWith(prefix) && one !== name)
    await Promise.all(shells.slice(0, -1).map((one) => caches.delete(one)))
  }

  /** From this shell, else from the ones before it; caches of others on this origin are none of it. */
  async function inShells(path: string): Promise<Response | undefined> {
    const options = { ignoreSearch: true, ignoreVary: true }
    const found = await (await caches.open(name)).match(path, options)
    if (found !== undefined) return found
    for (const one of await caches.keys()) {
      const older = one.startsWith(prefix) ? await (await caches.open(one)).match(path, options) : undefined
      if (older !== undefined) return older
    }
    return undefined
  }

  async function kept(path: string, request: Request): Promise<Response> {
    try {
      const found = await inShells(path)
      if (found !== undefined) return found
      if (SHELL.onceUsed.includes(path)) {
        const fresh = await fetch(request)
        if (fresh.ok) await (await caches.open(name)).put(path, fresh.clone())
        return fresh
      }
    } catch {
      // The browser lost or locked its cache: the network has everything.
    }
    return fetch(request)
  }

  self.addEventListener('install', (event) => {
    event.waitUntil(keep())
  })
  self.addEventListener('activate', (event) => {
    event.waitUntil(forgetOld().then(() => self.clients.claim()))
  })
  self.addEventListener('fetch', (event) => {
    const { request } = event
    const { origin, pathname } = new URL(request.url)
    if (request.method !== 'GET' || origin !== self.location.origin) return
    if (request.mode === 'navigate') {
      if (addresses.test(pathname)) event.respondWith(kept(address, request))
    } else if (pathname.startsWith('/assets/') || SHELL.files.includes(pathname)) {
      event.respondWith(kept(pathname, request))
    }
  })
}
