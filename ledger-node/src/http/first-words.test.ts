import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import express from 'express'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Ledger } from '../ledger.ts'
import type { Entries } from '../query/source.ts'
import { digitalLinkRoutes } from './digital-link.ts'
import { FirstWords } from './first-words.ts'
import { Pages } from './pages.ts'

let folder: string
let server: Server

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'tristamp-words-'))
  mkdirSync(join(folder, 'assets'))
  const names = [
    'words-zh-DQ_Y7mXX',
    'words-en-CAUF-H_x',
    'words-pt-BR-abcdefgh',
    'words-DURxvYsW',
    'zh-CJmTaxnh',
    'words-en',
  ]
  for (const name of names) writeFileSync(join(folder, 'assets', `${name}.js`), '')
  writeFileSync(join(folder, 'index.html'), '<!doctype html>')
  const words = new FirstWords(folder)
  const nothing = new FirstWords(join(folder, 'none'))
  const app = express()
    .get('/none', (req, res) => void res.send(String(nothing.pathFor(req))))
    .get('/', (req, res) => void res.send(String(words.pathFor(req))))
    // The page for people looks nothing up.
    .use(digitalLinkRoutes({} as Ledger, {} as Entries, new Pages(folder), () => 'https://node.example'))
  server = createServer(app).listen(0, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
})

afterAll(() => {
  server.close()
  rmSync(folder, { recursive: true })
})

async function ask(path: string, accepted: string): Promise<string> {
  const { port } = server.address() as AddressInfo
  const headers = { 'Accept-Language': accepted }
  return (await fetch(`http://127.0.0.1:${port}${path}`, { headers })).text()
}

const ZH = '/assets/words-zh-DQ_Y7mXX.js'
const EN = '/assets/words-en-CAUF-H_x.js'
const PT = '/assets/words-pt-BR-abcdefgh.js'

test.each([
  ['/', 'zh-CN,zh;q=0.9,en;q=0.8', ZH],
  ['/', 'fr-FR,en-GB;q=0.8,zh;q=0.4', EN],
  ['/', 'zh-Hant-TW', ZH],
  ['/', 'pt-BR', PT],
  ['/', 'fr', EN],
  ['/', '!;q=x,,', EN],
  ['/?lang=zh', 'en', ZH],
  ['/?lang=EN', 'zh', EN],
  ['/?lang=pt', 'zh', PT],
  ['/?lang=xx', 'zh', ZH],
  ['/?lang=zh&lang=en', 'en', EN],
  [`/?lang=zh-${'x'.repeat(4000)}`, 'en', EN],
  ['/?lang=__proto__', 'en', EN],
  ['/none', 'zh', 'undefined'],
])('%s, accepting %s', async (path, accepted, expected) => {
  expect(await ask(path, accepted)).toBe(expected)
})

test('a cache in between is told that the answer is of a language', async () => {
  const { port } = server.address() as AddressInfo
  const page = async (path: string, headers: Record<string, string>) => {
    const answer = await fetch(`http://127.0.0.1:${port}${path}`, { headers: { Accept: 'text/html', ...headers } })
    const { status } = answer
    await answer.arrayBuffer()
    return { status, link: answer.headers.get('Link'), vary: answer.headers.get('Vary')?.split(', ') }
  }
  const good = '/01/09506000134352/21/B1'
  const [zh, en] = [await page(good, { 'Accept-Language': 'zh' }), await page(good, { 'Accept-Language': 'en' })]
  expect(zh.link).toContain(`<${ZH}>; rel=modulepreload`)
  expect(en.link).toContain(`<${EN}>; rel=modulepreload`)
  // Whoever is told by the address, or has the page, is answered from the same place: the cache looks there before it asks.
  const others = [`${good}?lang=zh`, '/01/1'].map((path) => page(path, { 'Accept-Language': 'en' }))
  const returning = page(good, { 'If-Modified-Since': 'Sun, 22 Nov 2026 00:00:00 GMT' })
  for (const { vary } of [zh, en, ...(await Promise.all(others)), await returning])
    expect(vary).toEqual(expect.arrayContaining(['Accept', 'Accept-Language']))
})
