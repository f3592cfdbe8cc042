import { mkdtempSync, writeFileSync } from 'node:fs'
import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, expect, it } from 'vitest'
import type { AgentConfig } from '../config-types.ts'
import type { StatusFile } from '../health.ts'
import type { PageConfig } from '../page/config.ts'
import { examinePage } from './page.ts'

const cleanup: (() => unknown)[] = []
afterEach(() => {
  for (const clean of cleanup.splice(0)) clean()
})

const files = mkdtempSync(join(tmpdir(), 'tristamp-doctor-'))
writeFileSync(join(files, 'operator.html'), '<p>page')

const serve = async (answer: RequestListener): Promise<number> => {
  const server = createServer(answer)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  cleanup.push(() => server.close())
  return (server.address() as AddressInfo).port
}

const look = async (page: Partial<PageConfig> | undefined, runs: boolean): Promise<string[]> => {
  const whole = page && { host: '127.0.0.1', port: 0, names: [], files, ...page }
  const config = { page: whole } as unknown as AgentConfig
  const findings = await examinePage(config, runs ? ({} as StatusFile) : undefined)
  for (const { what, mend } of findings)
    for (const { zh } of [what, mend ?? what]) expect(zh).toMatch(/\p{Script=Han}/u)
  return findings.map(({ level, of, mend }) => `${level} ${of}${mend === undefined ? '' : ' →'}`)
}

it('says nothing where there is no page', async () => {
  expect(await look(undefined, false)).toEqual([])
})

it('tries the port of a gateway that does not run', async () => {
  expect(await look({}, false)).toEqual(['ok files', 'ok PIN', 'ok port'])
  const taken = await serve((_, res) => res.end())
  expect(await look({ port: taken, pin: 'x' }, false)).toEqual(['ok files', 'ok PIN', 'fail port →'])
  // TEST-NET-1 (RFC 5737) is nobody's.
  expect(await look({ host: '192.0.2.1', pin: 'x' }, false)).toEqual(['ok files', 'ok PIN', 'fail port →'])
})

it('asks the page of a gateway that runs, and knows another program by its answer', async () => {
  const own = await serve((req, res) => res.end(req.url === '/api/state' ? '{"v":1,"access":"reader"}' : ''))
  expect((await look({ port: own }, true)).at(-1)).toBe('ok port')
  expect((await look({ port: own, host: '0.0.0.0', pin: 'x' }, true)).at(-1)).toBe('ok port')
  for (const other of ['', 'null', '[]', '{"v":2}', '<!doctype html>']) {
    const port = await serve((_, res) => res.end(other))
    expect((await look({ port }, true)).at(-1), other).toBe('fail port →')
  }
  const silent = await serve((req) => req.socket.destroy())
  expect((await look({ port: silent }, true)).at(-1)).toBe('fail port →')
})

it('misses the files of a page that was not built, and the PIN of one that others reach', async () => {
  expect(await look({ files: join(files, 'none'), host: '0.0.0.0' }, false)).toEqual([
    'fail files →',
    'fail PIN →',
    'ok port',
  ])
})
