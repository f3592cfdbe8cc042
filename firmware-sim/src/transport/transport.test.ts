import { spawnSync } from 'node:child_process'
import {
  constants,
  createReadStream,
  existsSync,
  mkdtempSync,
  openSync,
  readlinkSync,
  rmSync,
  writeSync,
} from 'node:fs'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it, vi } from 'vitest'
import { Pacer } from './pacer.ts'
import { openPty } from './pty.ts'
import { openTcp } from './tcp.ts'

const dir = mkdtempSync(join(tmpdir(), 'tristamp-line-'))
afterAll(() => rmSync(dir, { recursive: true, force: true }))

const ALL_BYTES = Buffer.from(Array.from({ length: 256 }, (_, i) => i))
const script = spawnSync('script', ['--version']).stdout?.toString().includes('util-linux') ?? false
if (!script) console.warn('no script(1) of util-linux: the pseudo-terminal tests are skipped')

function gather(): { add: (chunk: Uint8Array) => void; bytes: () => Buffer } {
  const chunks: Uint8Array[] = []
  return { add: (chunk) => chunks.push(chunk), bytes: () => Buffer.concat(chunks) }
}

describe.skipIf(!script)('a pseudo-terminal', () => {
  it('carries every byte both ways on its path, and comes back under the same name after an unplug', async () => {
    const heard = gather()
    await using line = await openPty(dir, 'site.thermo', heard.add)
    expect(line.address).toBe(join(dir, 'site.thermo'))
    line.write(Buffer.from('nobody listens'))
    for (let round = 0; round < 2; round++) {
      const fd = openSync(line.address, constants.O_RDWR | constants.O_NOCTTY)
      const said = gather()
      const reader = createReadStream('', { fd })
      reader.on('data', (chunk) => said.add(Buffer.from(chunk)))
      const closed = new Promise<void>((resolve) => reader.on('error', () => resolve()).on('close', () => resolve()))
      writeSync(fd, ALL_BYTES)
      await vi.waitFor(() => expect(heard.bytes().subarray(round * 256)).toEqual(ALL_BYTES), 60_000)
      // Who writes is known to listen; who only opens the path is noticed within a tenth of a second.
      await vi.waitFor(() => {
        line.write(ALL_BYTES)
        expect(said.bytes().length).toBeGreaterThan(0)
      }, 60_000)
      await vi.waitFor(() => expect(said.bytes().subarray(0, 256)).toEqual(ALL_BYTES), 60_000)
      await line.unplug()
      await closed
      expect(existsSync(line.address)).toBe(false)
      await line.replug()
      expect(readlinkSync(line.address)).toMatch(/^\/dev\//)
    }
  }, 120_000)

  it('is gone after it was closed', async () => {
    const line = await openPty(dir, 'gone', () => {})
    const path = readlinkSync(line.address)
    await line[Symbol.asyncDispose]()
    expect(existsSync(line.address)).toBe(false)
    await vi.waitFor(() => expect(existsSync(path)).toBe(false), 60_000)
  })
})

describe('a TCP line', () => {
  it('carries every byte both ways, for one client, and keeps its address over an unplug', async () => {
    const heard = gather()
    await using line = await openTcp(heard.add)
    const port = Number(new URL(line.address).port)
    line.write(Buffer.from('nobody listens'))
    for (let round = 0; round < 2; round++) {
      const said = gather()
      const client = connect(port, '127.0.0.1')
      client.on('data', said.add)
      client.write(ALL_BYTES)
      await vi.waitFor(() => expect(heard.bytes().subarray(round * 256)).toEqual(ALL_BYTES), 60_000)
      line.write(ALL_BYTES)
      await vi.waitFor(() => expect(said.bytes()).toEqual(ALL_BYTES), 60_000)
      const second = connect(port, '127.0.0.1')
      await new Promise((resolve) => second.on('close', resolve).on('error', () => {}))
      await line.unplug()
      await vi.waitFor(() => expect(client.destroyed).toBe(true), 60_000)
      await expect(new Promise((_, reject) => connect(port, '127.0.0.1').on('error', reject))).rejects.toMatchObject({
        code: 'ECONNREFUSED',
      })
      await line.replug()
    }
  })
})

describe('the pace of a line', () => {
  it('is ten bits a byte', async () => {
    const said = gather()
    const pacer = new Pacer(9600, said.add)
    const began = performance.now()
    pacer.send(Buffer.alloc(96, 1))
    pacer.send(Buffer.alloc(96, 2))
    await vi.waitFor(() => expect(said.bytes().length).toBe(192), { interval: 1, timeout: 60_000 })
    expect(performance.now() - began).toBeGreaterThanOrEqual(195)
    expect(said.bytes()).toEqual(Buffer.concat([Buffer.alloc(96, 1), Buffer.alloc(96, 2)]))
  })

  it('tears a frame into bytes when asked, and forgets what waits when the cable is out', async () => {
    const chunks: Uint8Array[] = []
    const pacer = new Pacer(115_200, (bytes) => chunks.push(bytes))
    pacer.send(Buffer.from('abc'), true)
    await vi.waitFor(
      () => expect(chunks.map((chunk) => Buffer.from(chunk).toString())).toEqual(['a', 'b', 'c']),
      60_000,
    )
    pacer.send(Buffer.from('lost'))
    pacer.clear()
    pacer.send(Buffer.from('d'))
    await vi.waitFor(() => expect(Buffer.concat(chunks).toString()).toBe('abcd'), 60_000)
  })
})
