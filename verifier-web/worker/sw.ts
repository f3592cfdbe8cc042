// The page's shell on the device: it opens without a connection, and what it checked before it can check again. Answers of the ledger
// are never kept here: the page keeps the proofs itself, and says of when they are.

declare const self: ServiceWorkerGlobalScope
/** Filled in by the build: the page and its parts, and a name that changes whenever one of them does. */
declare const SHELL: { version: string; files: string[] }

const PREFIX = 'tristamp-shell-'
const PAGES = /^\/(?:index\.html)?$|^\/(?:00|01|414|417|8003|8004|8006|8010)\/./

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
    if (PAGES.test(pathname)) event.respondWith(kept('/', request))
  } else if (pathname.startsWith('/assets/') || SHELL.files.includes(pathname)) {
    event.respondWith(kept(pathname, request))
  }
})

/** All of it or nothing: a shell with a hole would open and then break. */
async function keep(): Promise<void> {
  const cache = await caches.open(PREFIX + SHELL.version)
  // Names in /assets/ mean their content; the others must be asked for anew.
  await cache.addAll(
    SHELL.files.map((file) => (file.startsWith('/assets/') ? file : new Request(file, { cache: 'reload' }))),
  )
  await self.skipWaiting()
}

/** A page that was opened with the shell before this one still loads its parts from there. */
async function forgetOld(): Promise<void> {
  const shells = (await caches.keys()).filter((name) => name.startsWith(PREFIX) && name !== PREFIX + SHELL.version)
  await Promise.all(shells.slice(0, -1).map((name) => caches.delete(name)))
}

async function kept(path: string, request: Request): Promise<Response> {
  const options = { ignoreSearch: true, ignoreVary: true }
  try {
    const own = await caches.open(PREFIX + SHELL.version)
    const found = (await own.match(path, options)) ?? (await caches.match(path, options))
    if (found !== undefined) return found
  } catch {
    // The browser lost or locked its cache: the network has everything.
  }
  return fetch(request)
}

export {}
