// A page's shell on the device: it opens without a connection. Answers of the ledger are never kept here: a page keeps itself what it
// must remember, and says of when it is.

declare const self: ServiceWorkerGlobalScope
/** Filled in by the build: the page and its parts, and a name that changes whenever one of them does. */
declare const SHELL: { version: string; files: string[]; onceUsed: string[] }

/** Whose caches are whose; where the page is opened; which addresses are that page. */
export interface ShellPage {
  prefix: string
  address: string
  addresses: RegExp
}

export function keepShell({ prefix, address, addresses }: ShellPage): void {
  const name = prefix + SHELL.version

  /** All of it or nothing: a shell with a hole would open and then break. */
  async function keep(): Promise<void> {
    const cache = await caches.open(name)
    // Names in /assets/ mean their content; the others must be asked for anew.
    await cache.addAll(
      SHELL.files.map((file) => (file.startsWith('/assets/') ? file : new Request(file, { cache: 'reload' }))),
    )
    await self.skipWaiting()
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
