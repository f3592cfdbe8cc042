import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { createServer, request } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { type ProtocolCode, ProtocolError } from '@tristamp/protocol'
import express from 'express'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { temporaryFolder } from '../_harness.ts'
import { type LedgerCode, LedgerError, SENTENCES } from '../error.ts'
import { Pages } from './pages.ts'
import { problemOf, problems, protocolStatus } from './problem.ts'

const text = (path: string): string => readFileSync(new URL(path, import.meta.url), 'utf8')
const PROTOCOL = [...text('../../../protocol/src/error.ts').matchAll(/^ {2}\| '(\w+)'/gm)].map(
  ([, code]) => code as ProtocolCode,
)

/** Every status and code that an answer can have: of each code of both unions, and of each status that Express and its parsers give. */
function answered(): Set<string> {
  const parsers = Array.from({ length: 100 }, (_, n) => problemOf(Object.assign(new Error(), { status: 400 + n })))
  return new Set([
    '500 INTERNAL',
    ...(Object.keys(SENTENCES) as LedgerCode[]).flatMap((code) => {
      const status = problemOf(new LedgerError(code, ''))?.status
      return status === undefined ? [] : [`${status} ${code}`]
    }),
    ...parsers.map((problem) => `${problem?.status} ${problem?.code}`),
    ...PROTOCOL.map((code) => `${problemOf(new ProtocolError(code, ''))?.status} ${code}`),
    // Of what is in a batch.
    ...PROTOCOL.map((code) => `${protocolStatus(code)} ${code}`),
  ])
}

/** What the table of problems says, its families spelled out. */
function documented(): string[] {
  const [, table = ''] = /\n## Problems\n([\s\S]*?)\n## /.exec(text('../../../docs/spec/http.md')) ?? []
  const rows = [...table.matchAll(/^\| ([\d, ]+) \| (.*) \|$/gm)].map(([, status = '', codes = '']) => ({
    statuses: status.split(', '),
    names: [...codes.matchAll(/`([A-Z][A-Z0-9_]*\*?)`/g)].map(([, name]) => name!),
  }))
  const whole = new Set(rows.flatMap(({ names }) => names.filter((name) => !name.endsWith('*'))))
  const codesOf = (name: string): string[] => {
    if (!name.endsWith('*')) return [name]
    const codes = PROTOCOL.filter((code) => code.startsWith(name.slice(0, -1)) && !whole.has(code))
    expect(codes, name).not.toEqual([])
    return codes
  }
  return rows.flatMap(({ statuses, names }) =>
    statuses.flatMap((status) => names.flatMap(codesOf).map((code) => `${status} ${code}`)),
  )
}

const sorted = (all: Iterable<string>): string[] => [...all].sort((a, b) => (a < b ? -1 : 1))

it('the specification lists every code that is answered, under its status, and no other', () => {
  expect(PROTOCOL.length).toBeGreaterThan(80)
  const told = documented()
  expect(sorted(told)).toEqual(sorted(answered()))
  expect(told.length).toBe(new Set(told).size)
})

it('no resource answers with a code that has no status', () => {
  const folder = new URL('.', import.meta.url)
  const thrown = readdirSync(folder)
    .filter((name) => name.endsWith('.ts') && !name.endsWith('.test.ts') && name !== 'server.ts')
    .flatMap((name) => [...readFileSync(new URL(name, folder), 'utf8').matchAll(/new LedgerError\(\s*'(\w+)'/g)])
    .map(([, code]) => code as LedgerCode)
  expect(thrown.length).toBeGreaterThan(40)
  for (const code of thrown) expect([code, problemOf(new LedgerError(code, ''))?.status]).not.toContain(undefined)
})

describe('what Express and its parsers refuse', () => {
  const server = createServer()
  let remove: () => Promise<void>

  beforeAll(async () => {
    const folder = await temporaryFolder()
    remove = folder.remove
    mkdirSync(join(folder.path, 'assets'))
    for (const name of ['index.html', 'index.html.br', 'assets/a.js', 'assets/a.js.br'])
      writeFileSync(join(folder.path, name), 'as it is')
    const app = express().post('/json', express.json({ limit: 20 }))
    app.disable('etag')
    app.get('/:name/of', () => undefined)
    app.use(
      new Pages(folder.path).routes(),
      problems(() => undefined),
    )
    server.on('request', app).listen(0, '127.0.0.1')
    await new Promise((resolve) => server.once('listening', resolve))
  })
  afterAll(async () => {
    server.close()
    await remove()
  })

  const JSON_BODY = { 'Content-Type': 'application/json' }
  it.each<[number, string, string, Record<string, string>, string?]>([
    [400, 'REQUEST_QUERY', '/%ff/of', {}],
    [400, 'REQUEST_QUERY', '/json', JSON_BODY, '{'],
    [412, 'REQUEST_QUERY', '/', { 'If-Match': '"x"' }],
    [412, 'REQUEST_QUERY', '/assets/a.js', { 'If-Unmodified-Since': 'Mon, 01 Jan 1990 00:00:00 GMT' }],
    [413, 'REQUEST_TOO_LARGE', '/json', JSON_BODY, `"${'x'.repeat(20)}"`],
    [415, 'REQUEST_QUERY', '/json', { ...JSON_BODY, 'Content-Encoding': 'x' }, '{}'],
    [415, 'REQUEST_QUERY', '/json', { 'Content-Type': 'application/json; charset=latin1' }, '{}'],
    [416, 'REQUEST_QUERY', '/', { Range: 'bytes=999-' }],
    [416, 'REQUEST_QUERY', '/assets/a.js', { Range: 'bytes=999-' }],
  ])('%i %s at %s %j, as a problem that can be read', async (status, code, path, given, body) => {
    const { port } = server.address() as AddressInfo
    const method = body === undefined ? 'GET' : 'POST'
    const headers = { 'Accept-Encoding': 'br', ...given }
    // As it comes over the wire: fetch would unpack it.
    const answer = await new Promise<object>((resolve, reject) => {
      request({ host: '127.0.0.1', port, path, method, headers }, (res) => {
        const parts: Buffer[] = []
        res.on('data', (part: Buffer) => parts.push(part))
        const { statusCode, headers: got } = res
        res.on('end', () => {
          const problem = JSON.parse(Buffer.concat(parts).toString()) as object
          resolve({ statusCode, type: got['content-type'], encoding: got['content-encoding'], etag: got.etag, problem })
        })
      })
        .on('error', reject)
        .end(body)
    })
    expect(answer).toMatchObject({
      ...{ statusCode: status, encoding: undefined, etag: undefined, problem: { status, code } },
      type: 'application/problem+json; charset=utf-8',
    })
  })
})
