import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs'
import { request } from 'node:http'
import { type AddressInfo, connect, createServer, type Server } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterEach, describe, expect, it } from 'vitest'
import { freePort } from '../../../test/_harness/free-port.ts'
import { AgentError } from '../error.ts'
import type { PageConfig } from './config.ts'
import { hashPin } from './pin.ts'
import { PageServer, type PageServices } from './server.ts'
import type { PageState } from './state.ts'

const cleanup: (() => unknown)[] = []
afterEach(async () => {
  for (const undo of cleanup.splice(0).reverse()) await undo()
})

class Gateway implements PageServices {
  readonly taken: [string, string][] = []
  readonly problems: AgentError[] = []
  #listener: () => void = () => undefined
  acts = 0

  async state(access: PageState['access']): Promise<PageState> {
    return { v: 1, access, acts: this.acts } as unknown as PageState
  }
  listen(listener: () => void): () => void {
    this.#listener = listener
    return () => undefined
  }
  async take(station: string, frame: string): Promise<boolean> {
    this.taken.push([station, frame])
    return station === 'dock'
  }
  async carry(): Promise<never> {
    throw new AgentError('EXPORT_EMPTY', { path: 'outbox' })
  }
  problem(error: AgentError): void {
    this.problems.push(error)
  }
  change(): void {
    this.acts++
    this.#listener()
  }
}

function files(): string {
  const folder = mkdtempSync(join(tmpdir(), 'tristamp-page-'))
  mkdirSync(join(folder, 'assets'))
  for (const [name, text] of Object.entries({
    'operator.html': '<p>page',
    'index.html': 'other',
    'assets/a.js': '1',
  })) {
    writeFileSync(join(folder, name), text)
    writeFileSync(join(folder, `${name}.gz`), gzipSync(text))
  }
  return folder
}

async function occupied(): Promise<{ server: Server; port: number }> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return { server, port: (server.address() as AddressInfo).port }
}

interface Served {
  gateway: Gateway
  port: number
  own: Record<string, string>
}

async function served(more: Partial<PageConfig> = {}): Promise<Served> {
  const port = await freePort()
  const gateway = new Gateway()
  const stop = new AbortController()
  const config = { host: '127.0.0.1', port, names: [], files: files(), ...more }
  const running = new PageServer(config, gateway).run(stop.signal)
  cleanup.push(async () => {
    stop.abort()
    await running
  })
  const own = { Host: `127.0.0.1:${port}`, Origin: `http://127.0.0.1:${port}`, 'Content-Type': 'application/json' }
  await expect.poll(() => ask(port, '/api/state', own).catch(() => undefined), { timeout: 60_000 }).toBeDefined()
  return { gateway, port, own }
}

interface Answer {
  status: number
  text: string
  headers: NodeJS.Dict<string | string[]>
}

function ask(port: number, path: string, headers: Record<string, string>, body?: object): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const method = body === undefined ? 'GET' : 'POST'
    const asked = request({ host: '127.0.0.1', port, path, method, headers }, (res) => {
      let text = ''
      res.on('data', (chunk: Buffer) => {
        text += chunk.toString()
      })
      res.on('end', () => resolve({ status: res.statusCode ?? 0, text, headers: res.headers }))
    })
    asked.on('error', reject)
    asked.end(body && JSON.stringify(body))
  })
}

describe("the page's server", () => {
  it('lets whoever is at this machine operate where there is no PIN', async () => {
    const { gateway, port, own } = await served()
    const answer = await ask(port, '/api/command', own, { station: 'dock', text: 'tristamp:end' })
    expect(answer.status).toBe(200)
    expect(gateway.taken).toEqual([['dock', ']Q1tristamp:end']])
    expect((await ask(port, '/api/command', own, { station: 'none', text: 'x' })).status).toBe(404)
    for (const bad of [
      {},
      { station: 'dock' },
      { station: 'dock', text: ' ' },
      { station: 'dock', text: 'x'.repeat(1025) },
      [],
    ])
      expect((await ask(port, '/api/command', own, bad)).status, JSON.stringify(bad).slice(0, 40)).toBe(400)
    expect((await ask(port, '/api/carry', own)).text).toContain('NOTHING')
    expect((await ask(port, '/api/carry?from=-1', own)).status).toBe(400)
    expect((await ask(port, '/api/state', own, {})).status).toBe(405)
  })

  it('asks for the PIN, and gives a session that scripts cannot read and others do not get sent', async () => {
    const { gateway, port, own } = await served({ pin: await hashPin('271828') })
    const command = { station: 'dock', text: 'tristamp:end' }
    expect((await ask(port, '/api/command', own, command)).status).toBe(401)
    expect((await ask(port, '/api/session', own, { pin: '271829' })).text).toContain('PIN_WRONG')
    const { headers } = await ask(port, '/api/session', own, { pin: '271828' })
    const [cookie = ''] = headers['set-cookie'] ?? []
    expect(cookie).toMatch(/^tristamp-page=[A-Za-z0-9_-]{43}; Path=\/; HttpOnly; SameSite=Strict; Max-Age=43200$/)
    const session = { ...own, Cookie: cookie.split(';')[0]! }
    expect(JSON.parse((await ask(port, '/api/state', session)).text)).toMatchObject({ access: 'operator' })
    expect((await ask(port, '/api/command', session, command)).status).toBe(200)
    // A session does not help a foreign page.
    expect((await ask(port, '/api/command', { ...session, Origin: 'http://evil.example' }, command)).status).toBe(403)
    await ask(port, '/api/leave', session, {})
    expect((await ask(port, '/api/command', session, command)).status).toBe(401)
    expect(gateway.taken).toHaveLength(1)
  })

  it('sends its own files and no others, squeezed where that is taken', async () => {
    const { port, own } = await served()
    const { status, text, headers } = await ask(port, '/', own)
    expect([status, text]).toEqual([200, '<p>page'])
    expect(headers['content-security-policy']).toContain("default-src 'none'")
    const squeezed = await ask(port, '/assets/a.js', { ...own, 'Accept-Encoding': 'gzip;q=0.5, br;q=0' })
    expect(squeezed.headers).toMatchObject({
      'content-encoding': 'gzip',
      'content-type': 'text/javascript; charset=utf-8',
    })
    expect((await ask(port, '/assets/a.js', { ...own, 'Accept-Encoding': 'gzip;q=0' })).text).toBe('1')
    for (const path of ['/index.html', '/assets/a.js.gz', '/assets/%2e%2e/index.html', '/assets/../index.html', '/x'])
      expect((await ask(port, path, own)).status, path).toBe(404)
    expect((await (await served({ files: '/none' })).port) > 0).toBe(true)
  })

  it('tells changes to so many followers, together and no faster than they can be seen', async () => {
    const { gateway, port, own } = await served()
    const texts: string[] = []
    const follow = (i: number, localAddress: string): Promise<number> =>
      new Promise((resolve, reject) => {
        const asked = request({ host: '127.0.0.1', port, localAddress, path: '/api/events', headers: own }, (res) => {
          texts[i] = ''
          res.on('data', (chunk: Buffer) => {
            texts[i] += chunk.toString()
          })
          res.on('error', () => undefined)
          resolve(res.statusCode ?? 0)
        })
        asked.on('error', reject)
        asked.end()
        cleanup.push(() => asked.destroy())
      })
    const followed = async (n: number, address: string): Promise<number> => {
      const statuses = await Promise.all(Array.from({ length: n }, (_, i) => follow(texts.length + i, address)))
      return statuses.filter((status) => status === 200).length
    }
    expect(await followed(7, '127.0.0.1')).toBe(6)
    expect(await followed(7, '127.0.0.2')).toBe(6)
    expect(await followed(7, '127.0.0.3')).toBe(4)
    for (let n = 0; n < 1_000; n++) gateway.change()
    await expect.poll(() => texts[0], { timeout: 60_000 }).toContain('"acts":1000')
    expect(texts[0]!.match(/^data: /gm)!.length).toBeLessThan(5)
  })

  it('tries a port again that was taken, and tells it once', async () => {
    const { server, port } = await occupied()
    const gateway = new Gateway()
    const stop = new AbortController()
    const config = { host: '127.0.0.1', port, names: [], files: files() }
    const running = new PageServer(config, gateway).run(stop.signal)
    await expect.poll(() => gateway.problems.map(({ code }) => code), { timeout: 60_000 }).toEqual(['PAGE_PORT'])
    server.close()
    stop.abort()
    await running
  })

  it('has nothing to report of whoever asks for an address that is none, or leaves in the middle', async () => {
    const { gateway, port, own } = await served()
    for (const path of ['//', 'http://[', '/\\\\[']) expect((await ask(port, path, own)).status, path).toBe(400)
    const head = Object.entries({ ...own, 'Content-Length': '50' }).map(([name, value]) => `${name}: ${value}\r\n`)
    const socket = connect(port, '127.0.0.1')
    await new Promise<void>((resolve) => socket.once('connect', resolve))
    socket.write(`POST /api/command HTTP/1.1\r\n${head.join('')}\r\n{"st`)
    await new Promise((resolve) => setTimeout(resolve, 100))
    socket.destroy()
    await new Promise((resolve) => setTimeout(resolve, 100))
    expect(gateway.problems).toEqual([])
    expect((await ask(port, '/api/state', own)).status).toBe(200)
  })

  it('goes on when its state cannot be told, and says so', async () => {
    const { gateway, port, own } = await served()
    const state = gateway.state
    gateway.state = () => Promise.reject(new Error('closed'))
    const asked = request({ host: '127.0.0.1', port, path: '/api/events', headers: own }, (res) => res.resume())
    asked.on('error', () => undefined)
    asked.end()
    cleanup.push(() => asked.destroy())
    await expect.poll(() => gateway.problems.map(({ code }) => code), { timeout: 60_000 }).toContain('INTERNAL')
    gateway.state = state
    expect((await ask(port, '/api/state', own)).status).toBe(200)
  })

  it('lets nobody take all its lines', async () => {
    const { port, own } = await served()
    for (let i = 0; i < 80; i++) {
      const socket = connect(port, '127.0.0.1')
      socket.on('error', () => undefined)
      cleanup.push(() => socket.destroy())
    }
    await new Promise((resolve) => setTimeout(resolve, 300))
    const status = await new Promise((resolve) => {
      const asked = request(
        { host: '127.0.0.1', port, localAddress: '127.0.0.2', path: '/api/state', headers: own },
        (res) => resolve(res.resume().statusCode),
      )
      asked.on('error', (error) => resolve(error.message))
      asked.end()
    })
    expect(status).toBe(200)
  })
})
