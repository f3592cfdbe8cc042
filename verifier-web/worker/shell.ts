// A page's shell on the device: it opens without a connection. Answers of the ledger are never kept here: a page keeps itself what it
// must remember, and says of when it is.

declare const self: ServiceWorkerGlobalScope
/**
 * Filled in by the build: the page and its parts, and a name that is the sum of them (SHA-256 of one after the other); what is kept when it was used once,
 * each with a sum of its own.
 */
declare const SHELL: { version: string; files: string[]; onceUsed: Record<string, string> }

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
    const isNew = !(await caches.has(name))
    const cache = await caches.open(name)
    try {
      await Promise.all(shell.map((answer, i) => cache.put(SHELL.files[i]!, answer)))
    } catch (error) {
      // Full: a part of it opens nothing, and would stand in the place of the shell that an open page still loads from.
      if (isNew) await caches.delete(name)
      throw error
    }
    await self.skipWaiting()
  }

  /** The shell's files in their order; undefined where they are not those of this build. */
  async function whole(fromCache: (file: string) => boolean): Promise<Response[] | undefined> {
    const asked = SHELL.files.map((file) => fetch(file, { cache: fromCache(file) ? 'default' : 'reload' }))
    const answers = await Promise.all(asked)
    return answers.every(({ ok }) => ok) && (await isOf(SHELL.version, answers)) ? answers : undefined
  }

  /** Whether `sum` is that of the answers, one after the other. */
  async function isOf(sum: string, answers: readonly Response[]): Promise<boolean> {
    const bodies = await Promise.all(answers.map((answer) => answer.clone().arrayBuffer()))
    const digest = await crypto.subtle.digest('SHA-256', await new Blob(bodies).arrayBuffer())
    return [...new Uint8Array(digest)]
      .map((byte) => byte.toString(16).padStart(2, '0'))
      .join('')
      .startsWith(sum)
  }

  /** Keeps what was used once, if it is what the build made; whoever asked for it has it already. */
  async function keepUsed(path: string, sum: string, answer: Response): Promise<void> {
    if (answer.ok && (await isOf(sum, [answer]))) await (await caches.open(name)).put(path, answer)
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

  async function kept(path: string, event: FetchEvent): Promise<Response> {
    try {
      const found = await inShells(path)
      if (found !== undefined) return found
    } catch {
      // The browser lost or locked its cache: the network has everything.
    }
    const fresh = await fetch(event.request)
    const sum = SHELL.onceUsed[path]
    // Where it finds no room it comes from the network the next time, too.
    if (sum !== undefined) event.waitUntil(keepUsed(path, sum, fresh.clone()).catch(() => undefined))
    return fresh
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
      if (addresses.test(pathname)) event.respondWith(kept(address, event))
    } else if (pathname.startsWith('/assets/') || SHELL.files.includes(pathname)) {
      event.respondWith(kept(pathname, event))
    }
  })
}
