import { randomBytes } from 'node:crypto'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { sha256, toBase64Url, utf8 } from '@tristamp/protocol'
import express from 'express'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Access, type AccessRole, requireRole } from './bearer.ts'
import { problems } from './problem.ts'

const tokens = { regulator: token(), operator: token() }
const access: Access[] = (['regulator', 'operator'] as const).map((role) => ({
  name: role,
  role,
  sha256: toBase64Url(sha256(utf8(tokens[role]))),
}))
const DAY = 86_400_000
const ended = token()
const dated: Access[] = [
  { name: 'old', role: 'regulator', sha256: toBase64Url(sha256(utf8(ended))), until: '2026-11-22' },
]
let nowMs = Date.parse('2026-11-22T23:59:59Z')
let server: Server
let url = ''

function token(): string {
  return randomBytes(32).toString('base64url')
}

beforeAll(async () => {
  const app = express()
  app.get('/desk', requireRole(access, 'regulator'), (_req, res) => void res.json('desk'))
  app.get('/none', requireRole([], 'regulator'), (_req, res) => void res.json('desk'))
  app.get(
    '/dated',
    requireRole(dated, 'regulator', () => nowMs),
    (_req, res) => void res.json('desk'),
  )
  app.use(problems(() => undefined))
  server = createServer(app).listen(0, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
})
afterAll(() => server.close())

async function ask(path: string, authorization?: string): Promise<{ status: number; code?: string }> {
  const answer = await fetch(url + path, { headers: authorization === undefined ? {} : { authorization } })
  const body = (await answer.json()) as { code?: string }
  return { status: answer.status, ...(body.code !== undefined && { code: body.code }) }
}

test('a token opens what its role may see, and nothing else does', async () => {
  const missing = { status: 401, code: 'TOKEN_MISSING' }
  const unknown = { status: 401, code: 'TOKEN_UNKNOWN' }
  expect(await ask('/desk', `Bearer ${tokens.regulator}`)).toEqual({ status: 200 })
  expect(await ask('/desk', `bearer ${tokens.regulator}`)).toEqual({ status: 200 })
  expect(await ask('/desk', `Bearer ${tokens.operator}`)).toEqual({ status: 403, code: 'TOKEN_ROLE' })
  expect(await ask('/desk', `Bearer ${token()}`)).toEqual(unknown)
  expect(await ask('/desk', `Bearer ${access[0]!.sha256}`)).toEqual(unknown)
  expect(await ask('/desk', `Bearer ${tokens.regulator.slice(0, 9)}`)).toEqual(unknown)
  expect(await ask('/none', `Bearer ${tokens.regulator}`)).toEqual(unknown)
  expect(await ask('/desk')).toEqual(missing)
  for (const other of [
    'Bearer',
    'Bearer ',
    `Basic ${tokens.regulator}`,
    `Bearer ${'a'.repeat(10_000)}`,
    tokens.regulator,
  ])
    expect(await ask('/desk', other)).toEqual(missing)
})

test('a token is taken until its last day is over', async () => {
  expect(await ask('/dated', `Bearer ${ended}`)).toEqual({ status: 200 })
  nowMs += 1000
  expect(await ask('/dated', `Bearer ${ended}`)).toEqual({ status: 401, code: 'TOKEN_UNKNOWN' })
  nowMs += 400 * DAY
  expect(await ask('/dated', `Bearer ${ended}`)).toEqual({ status: 401, code: 'TOKEN_UNKNOWN' })
})

test('answers of a role are kept nowhere', async () => {
  const answer = await fetch(`${url}/desk`, { headers: { authorization: `Bearer ${tokens.regulator}` } })
  expect(answer.headers.get('cache-control')).toBe('no-store')
})

test.each<AccessRole>(['regulator', 'operator'])('the role %s is not let in by a token of the other', async (role) => {
  const other = role === 'regulator' ? tokens.operator : tokens.regulator
  expect((await ask('/desk', `Bearer ${other}`)).status).toBe(role === 'regulator' ? 403 : 200)
})
