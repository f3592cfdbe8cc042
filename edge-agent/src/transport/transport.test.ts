import { mkdtempSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { createServer, type Server, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import type { AgentError } from '../error.ts'
import { openPty, type Pty } from './_pty.ts'
import { type Link, openLink, type PortAddress } from './index.ts'

const cleanup: (() => unknown)[] = []
afterEach(async () => {
  for (const undo of cleanup.splice(0).reverse()) await undo()
})

const serial = (path: string): PortAddress => ({ kind: 'serial', path, baudRate: 9600, parity: 'none', stopBits: 1 })

const probe = await openPty()
await probe?.unplug()
if (!probe) console.warn('no util-linux script: the tests on pseudo-terminals are skipped')

async function pty(): Promise<Pty> {
  const made = (await openPty())!
  cleanup.push(() => made.unplug())
  return made
}

async function open(address: PortAddress): Promise<Link> {
  const link = await openLink('cold1', address)
  cleanup.push(() => link.close())
  return link
}

async function code(work: Promise<unknown>): Promise<string> {
  return work.then(
    () => 'opened',
    (error: AgentError) => error.code,
  )
}

/** Everything that comes, as one growing buffer, and a wait for so many bytes. */
function collect(onData: (listener: (chunk: Uint8Array) => void) => void): (length: number) => Promise<Buffer> {
  let all = Buffer.alloc(0)
  let wake = (): void => undefined
  onData((chunk) => {
    all = Buffer.concat([all, chunk])
    wake()
  })
  return async (length) => {
    while (all.length < length) {
      await new Promise<void>((resolve) => {
        wake = resolve
      })
    }
    return all
  }
}

const everyByte = Buffer.from(Array.from({ length: 256 }, (_, i) => i))

describe.skipIf(!probe)('a serial path', () => {
  it('carries every byte, both ways', async () => {
    const far = await pty()
    const link = await open(serial(far.path))
    const received = collect((listener) => link.onData(listener))
    const sent = collect((listener) => far.onData(listener))
    far.send(everyByte)
    expect(await received(256)).toEqual(everyByte)
    await link.write(everyByte)
    expect(await sent(256)).toEqual(everyByte)
  })

  it('is opened by one program only, and again after it was closed', async () => {
    const far = await pty()
    const link = await open(serial(far.path))
    expect(await code(openLink('cold1', serial(far.path)))).toBe('PORT_BUSY')
    await link.close()
    expect(await link.closed).toBeUndefined()
    await open(serial(far.path))
  })

  it('tells of the unplugging', async () => {
    const far = await pty()
    const link = await open(serial(far.path))
    link.onData(() => undefined)
    await far.unplug()
    expect((await link.closed)?.code).toBe('PORT_LOST')
    expect(await code(link.write(everyByte))).toBe('PORT_LOST')
  })

  it('notices that a link now leads to another line, without any event', async () => {
    const [one, two] = [await pty(), await pty()]
    const folder = mkdtempSync(join(tmpdir(), 'tristamp-port-'))
    cleanup.push(() => rmSync(folder, { recursive: true }))
    const path = join(folder, 'cold1')
    symlinkSync(one.path, path)
    const link = await open(serial(path))
    symlinkSync(two.path, `${path}.new`)
    renameSync(`${path}.new`, path)
    expect((await link.closed)?.fields['why']).toBe('the path now leads elsewhere')
  })
})

describe('a path that is none', () => {
  it('is told apart: missing, no serial line', async () => {
    expect(await code(openLink('cold1', serial('/dev/there-is-none')))).toBe('PORT_MISSING')
    const file = join(mkdtempSync(join(tmpdir(), 'tristamp-port-')), 'file')
    writeFileSync(file, '')
    expect(await code(openLink('cold1', serial(file)))).toBe('PORT_NOT_SERIAL')
    expect(await code(openLink('cold1', serial(tmpdir())))).toBe('PORT_NOT_SERIAL')
  })
})

describe('a socket', () => {
  async function server(): Promise<{ port: number; server: Server; accepted: Promise<Socket> }> {
    const made = createServer()
    const accepted = new Promise<Socket>((resolve) => made.once('connection', resolve))
    await new Promise<void>((resolve) => made.listen(0, '127.0.0.1', resolve))
    cleanup.push(() => made.close())
    return { server: made, accepted, port: (made.address() as { port: number }).port }
  }

  it('carries every byte, both ways, and tells of its end', async () => {
    const { port, accepted } = await server()
    const link = await open({ kind: 'tcp', host: '127.0.0.1', port })
    const far = await accepted
    const received = collect((listener) => link.onData(listener))
    const sent = collect((listener) => void far.on('data', listener))
    far.write(everyByte)
    expect(await received(256)).toEqual(everyByte)
    await link.write(everyByte)
    expect(await sent(256)).toEqual(everyByte)
    far.destroy()
    expect((await link.closed)?.code).toBe('PORT_LOST')
  })

  it('is refused with a code where nobody listens', async () => {
    expect(await code(openLink('cold1', { kind: 'tcp', host: '127.0.0.1', port: 1 }))).toBe('PORT_FAILED')
  })
})
