import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, request, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { brotliCompressSync, brotliDecompressSync, gunzipSync, gzipSync } from 'node:zlib'
import express from 'express'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { Pages } from './pages.ts'

const PAGE = '<!doctype html><title>page</title>'
const SCRIPT = 'export const answer = 42\n'.repeat(50)

let folder: string
let server: Server

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'tristamp-pages-'))
  mkdirSync(join(folder, 'assets'))
  for (const [name, text] of [
    ['index.html', PAGE],
    ['assets/a.js', SCRIPT],
    ['sw.js', SCRIPT],
    ['carry-sw.js', SCRIPT],
  ] as const) {
    writeFileSync(join(folder, name), text)
    writeFileSync(join(folder, `${name}.br`), brotliCompressSync(text))
    writeFileSync(join(folder, `${name}.gz`), gzipSync(text))
  }
  writeFileSync(join(folder, 'assets/plain.css'), 'p{}')
  server = createServer(express().use(new Pages(folder).routes())).listen(0, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
})

afterAll(() => {
  server.close()
  rmSync(folder, { recursive: true })
})

interface Answer {
  status: number
  headers: NodeJS.Dict<string | string[]>
  body: Buffer
}

/** As it comes over the wire: fetch would unpack it. */
function get(path: string, encodings?: string): Promise<Answer> {
  const { port } = server.address() as AddressInfo
  const headers = encodings === undefined ? {} : { 'Accept-Encoding': encodings }
  return new Promise((resolve, reject) => {
    request({ host: '127.0.0.1', port, path, headers }, (res) => {
      const parts: Buffer[] = []
      res.on('data', (part: Buffer) => parts.push(part))
      res.on('end', () => resolve({ status: res.statusCode ?? 0, headers: res.headers, body: Buffer.concat(parts) }))
    })
      .on('error', reject)
      .end()
  })
}

describe('the built pages', () => {
  test.each(['br', 'gzip', 'identity'])(
    "a service worker comes under the page's policy and is asked for anew (%s)",
    async (encoding) => {
      for (const worker of ['/sw.js', '/carry-sw.js']) {
        const { headers } = await get(worker, encoding)
        expect(headers['content-security-policy']).toContain("connect-src 'self'")
        expect(headers['cache-control']).toBe('no-cache')
        expect(headers['content-type']).toMatch(/^text\/javascript/)
      }
      // Asked for by its file, a page runs its scripts all the same.
      const { headers } = await get('/index.html', encoding)
      expect(headers['content-security-policy']).toContain("script-src 'self'")
      expect(headers['cache-control']).toBe('no-cache')
      expect((await get('/assets/a.js', encoding)).headers['content-security-policy']).toBeUndefined()
    },
  )

  test.each([
    ['/', PAGE, 'text/html'],
    ['/assets/a.js', SCRIPT, 'text/javascript'],
  ])('%s comes in the smallest form that the reader takes, with its own type', async (path, text, type) => {
    const br = await get(path, 'gzip, deflate, br')
    expect(br.headers).toMatchObject({ 'content-encoding': 'br', vary: 'Accept-Encoding' })
    expect(br.headers['content-type']).toContain(type)
    expect(brotliDecompressSync(br.body).toString()).toBe(text)
    const gz = await get(path, 'gzip')
    expect(gz.headers['content-encoding']).toBe('gzip')
    expect(gunzipSync(gz.body).toString()).toBe(text)
    for (const none of [await get(path), await get(path, 'identity'), await get(path, 'br;q=0')]) {
      expect(none.headers['content-encoding']).toBeUndefined()
      expect(none.body.toString()).toBe(text)
    }
  })

  test('a file that was not squeezed comes as it is, and keeps its cache rules', async () => {
    const answer = await get('/assets/plain.css', 'br')
    expect(answer.body.toString()).toBe('p{}')
    expect(answer.headers['cache-control']).toContain('immutable')
    expect((await get('/assets/a.js', 'br')).headers['cache-control']).toContain('immutable')
  })

  test.each(['/assets/none.js', '/assets/..%2f..%2fetc/passwd', '/assets/%00', '/__proto__'])(
    '%s is not there',
    async (path) => {
      expect((await get(path, 'br')).status).toBeGreaterThanOrEqual(400)
    },
  )
})
