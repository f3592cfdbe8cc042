import { once } from 'node:events'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { sleep } from '../backoff.ts'
import { AgentError, whyOf } from '../error.ts'
import type { PageConfig } from './config.ts'
import { PageFiles } from './files.ts'
import type { Carry } from './frames.ts'
import { arrivalOf, isOwnHost, isOwnOrigin } from './guard.ts'
import { frameOf, MAX_INPUT } from './input.ts'
import { isPinOf } from './pin.ts'
import { addressOf, bodyOf, clientOf, cookie, Refused, STATUS, send, tokenOf } from './request.ts'
import { Attempts, SESSION_MS, Sessions } from './sessions.ts'
import type { PageState } from './state.ts'
import { Streams } from './streams.ts'

/** What the page may do with the gateway. */
export interface PageServices {
  state(access: PageState['access'], withCharts: boolean): Promise<PageState>
  /** Calls back at every change, until the returned function is called. */
  listen(listener: () => void): () => void
  /** A command, or goods, at a station; false where there is no such station. Resolves when it is done with. */
  take(station: string, frame: string): Promise<boolean>
  carry(from: number): Promise<Carry>
  problem(error: AgentError): void
}

const POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
const MAX_CONNECTIONS = 64
/** Of one client: nobody keeps all others out. */
const MAX_OF_CLIENT = 24
const REQUEST_MS = 10_000
/** Commands that wait for a station; someone presses them one by one. */
const MAX_WAITING = 32
/** PINs that are being computed. */
const MAX_CHECKING = 4
const LISTEN_AGAIN_MS = 10_000
const UNBUILT =
  '<!doctype html><meta charset="utf-8"><title>Tristamp</title><p>The pages are not built: run <code>npm run setup</code>.</p><p>页面尚未构建：请运行 <code>npm run setup</code>。</p>\n'

/** The gateway's own page. Nothing in it stops the gateway: what fails here is told, and stamping goes on. */
export class PageServer {
  readonly #config: PageConfig
  readonly #services: PageServices
  readonly #files: PageFiles
  readonly #sessions = new Sessions()
  readonly #attempts = new Attempts()
  readonly #streams: Streams
  #waiting = 0
  #checking = 0

  constructor(config: PageConfig, services: PageServices) {
    this.#config = config
    this.#services = services
    this.#files = new PageFiles(config.files)
    this.#streams = new Streams(
      (access) => services.state(access, false),
      (thrown) => void this.#internal(thrown),
    )
  }

  /** Serves until the signal aborts; a port that is taken is tried again. Never rejects. */
  async run(signal: AbortSignal): Promise<void> {
    const forget = this.#services.listen(() => this.#streams.changed())
    let told = false
    while (!signal.aborted) {
      const server = this.#newServer()
      try {
        server.listen(this.#config.port, this.#config.host)
        await once(server, 'listening', { signal })
        told = false
        await ended(server, signal)
      } catch (thrown) {
        server.close()
        if (signal.aborted) break
        const { host, port } = this.#config
        if (!told) this.#services.problem(new AgentError('PAGE_PORT', { host, port, why: whyOf(thrown) }))
        told = true
        await sleep(LISTEN_AGAIN_MS, signal)
      }
    }
    forget()
    this.#streams.end()
  }

  #newServer(): Server {
    const options = { requestTimeout: REQUEST_MS, headersTimeout: REQUEST_MS, maxHeaderSize: 8192 }
    const server = createServer(options, (req, res) => void this.#answer(req, res))
    server.maxConnections = MAX_CONNECTIONS
    const lines = new Map<string, number>()
    server.on('connection', (socket) => {
      const client = clientOf({ socket })
      const others = lines.get(client) ?? 0
      if (others >= MAX_OF_CLIENT) return void socket.destroy()
      lines.set(client, others + 1)
      socket.on('close', () => {
        const left = (lines.get(client) ?? 1) - 1
        if (left > 0) lines.set(client, left)
        else lines.delete(client)
      })
    })
    server.on('clientError', (_error, socket) => socket.destroy())
    return server
  }

  async #answer(req: IncomingMessage, res: ServerResponse): Promise<void> {
    res.setHeader('Content-Security-Policy', POLICY)
    res.setHeader('X-Content-Type-Options', 'nosniff')
    res.setHeader('Referrer-Policy', 'no-referrer')
    res.setHeader('Cross-Origin-Resource-Policy', 'same-origin')
    res.setHeader('Cross-Origin-Opener-Policy', 'same-origin')
    try {
      await this.#route(req, res)
    } catch (thrown) {
      if (res.headersSent) return void res.destroy()
      const refused = thrown instanceof Refused ? thrown : this.#internal(thrown)
      if (refused.waitMs !== undefined) res.setHeader('Retry-After', Math.ceil(refused.waitMs / 1000))
      // What is left of a request that was refused is not read.
      res.setHeader('Connection', 'close')
      const wait = refused.waitMs === undefined ? {} : { waitMs: Math.ceil(refused.waitMs) }
      send(res, STATUS[refused.code], { code: refused.code, ...wait })
    }
  }

  #internal(thrown: unknown): Refused {
    this.#services.problem(new AgentError('INTERNAL', { why: whyOf(thrown) }))
    return new Refused('INTERNAL')
  }

  async #route(req: IncomingMessage, res: ServerResponse): Promise<void> {
    const arrival = arrivalOf(req)
    if (!isOwnHost(arrival, this.#config.names)) throw new Refused('HOST')
    const { pathname: path, searchParams } = addressOf(req)
    const reads = req.method === 'GET' || req.method === 'HEAD'
    if (!path.startsWith('/api/')) {
      if (!reads) throw new Refused('METHOD')
      return this.#file(path, req, res)
    }
    res.setHeader('Cache-Control', 'no-store')
    const post = POSTS.has(path)
    if (!post && !GETS.has(path)) throw new Refused('NOT_FOUND')
    if (post !== (req.method === 'POST') || (!post && req.method !== 'GET')) throw new Refused('METHOD')
    if (post && !isOwnOrigin(arrival)) throw new Refused('ORIGIN')
    switch (path) {
      case '/api/state':
        return send(res, 200, await this.#services.state(this.#access(req), true))
      case '/api/events': {
        const token = tokenOf(req)
        const access = (): PageState['access'] => this.#accessOf(token)
        if (!this.#streams.open(res, access, clientOf(req))) throw new Refused('BUSY')
        return
      }
      case '/api/carry':
        this.#demand(req)
        return this.#carry(searchParams.get('from') ?? '0', res)
      case '/api/command':
        this.#demand(req)
        return this.#command(await bodyOf(req), res)
      case '/api/session':
        return this.#enter(await bodyOf(req), req, res)
      case '/api/leave':
        this.#sessions.close(tokenOf(req))
        res.setHeader('Set-Cookie', cookie('', 0))
        return send(res, 200, {})
    }
  }

  #file(path: string, req: IncomingMessage, res: ServerResponse): void {
    const file = this.#files.find(path, String(req.headers['accept-encoding'] ?? ''))
    if (file) {
      res.writeHead(200, { ...file.headers, 'Content-Length': file.bytes.length })
      res.end(req.method === 'HEAD' ? undefined : file.bytes)
    } else if (path === '/' && !this.#files.isBuilt) {
      res.writeHead(503, { 'Content-Type': 'text/html; charset=utf-8' })
      res.end(UNBUILT)
    } else throw new Refused('NOT_FOUND')
  }

  #access(req: IncomingMessage): PageState['access'] {
    return this.#accessOf(tokenOf(req))
  }

  #accessOf(token: string | undefined): PageState['access'] {
    return this.#config.pin === undefined || this.#sessions.has(token) ? 'operator' : 'reader'
  }

  #demand(req: IncomingMessage): void {
    if (this.#access(req) !== 'operator') throw new Refused('PIN_NEEDED')
  }

  async #command(body: Record<string, unknown>, res: ServerResponse): Promise<void> {
    const { station, text } = body
    if (typeof station !== 'string' || typeof text !== 'string' || text.trim() === '' || text.length > MAX_INPUT)
      throw new Refused('REQUEST')
    if (this.#waiting >= MAX_WAITING) throw new Refused('BUSY')
    this.#waiting++
    try {
      if (!(await this.#services.take(station, frameOf(text)))) throw new Refused('STATION')
    } finally {
      this.#waiting--
    }
    send(res, 200, {})
  }

  async #enter(body: Record<string, unknown>, req: IncomingMessage, res: ServerResponse): Promise<void> {
    const { pin } = this.#config
    if (typeof body['pin'] !== 'string' || pin === undefined) throw new Refused('REQUEST')
    if (this.#checking >= MAX_CHECKING) throw new Refused('BUSY')
    const address = clientOf(req)
    const waitMs = this.#attempts.begin(address)
    if (waitMs !== undefined) throw new Refused('PIN_WAIT', waitMs)
    this.#checking++
    try {
      if (!(await isPinOf(pin, body['pin']))) throw new Refused('PIN_WRONG')
    } finally {
      this.#checking--
    }
    this.#attempts.succeeded(address)
    res.setHeader('Set-Cookie', cookie(this.#sessions.open(), SESSION_MS / 1000))
    send(res, 200, {})
  }

  async #carry(from: string, res: ServerResponse): Promise<void> {
    if (!/^\d{1,15}$/.test(from)) throw new Refused('REQUEST')
    try {
      send(res, 200, await this.#services.carry(Number(from)))
    } catch (thrown) {
      if (thrown instanceof AgentError && thrown.code === 'EXPORT_EMPTY') throw new Refused('NOTHING')
      throw thrown
    }
  }
}

const GETS: ReadonlySet<string> = new Set(['/api/state', '/api/events', '/api/carry'])
const POSTS: ReadonlySet<string> = new Set(['/api/command', '/api/session', '/api/leave'])

/** Resolves when the server has ended, which it does when the signal aborts. */
async function ended(server: Server, signal: AbortSignal): Promise<void> {
  const close = (): void => {
    server.close()
    server.closeAllConnections()
  }
  signal.addEventListener('abort', close, { once: true })
  if (signal.aborted) close()
  await once(server, 'close')
  signal.removeEventListener('abort', close)
}
