import { realpath, stat } from 'node:fs/promises'
import type { SerialPort } from 'serialport'
import { type AgentCode, AgentError, whyOf } from '../error.ts'
import { type Link, OPEN_TIMEOUT_MS, type PortAddress, WRITE_TIMEOUT_MS, within } from './link.ts'

/**
 * USB adapters have been seen to vanish without a close event (node-serialport #2043, #2351), and a symlink to come back
 * on another device: so the path is looked at now and then, and a line that is no longer behind it counts as unplugged.
 */
const IDENTITY_EVERY_MS = 2000

/** Opens a serial line, exclusively, in raw mode. */
export async function openSerial(device: string, address: PortAddress & { kind: 'serial' }): Promise<Link> {
  const { path } = address
  // Loaded only when a serial path is used: a gateway of sockets then saves the 16 MB of the binding.
  const { SerialPort } = await import('serialport')
  const identity = await identityOf(path)
  if (identity === undefined) {
    throw new AgentError('PORT_MISSING', { device, port: path, hint: await otherPorts() })
  }
  const port = new SerialPort({
    path,
    baudRate: address.baudRate,
    dataBits: 8,
    parity: address.parity,
    stopBits: address.stopBits,
    lock: true,
    autoOpen: false,
  })
  // Errors also arrive through callbacks and 'close'; without a listener one of them would end the program.
  port.on('error', () => undefined)
  try {
    await within(opened(port), OPEN_TIMEOUT_MS, 'opening')
  } catch (cause) {
    throw new AgentError(openCode(cause), { device, port: path, why: whyOf(cause), hint: '' }, { cause })
  }
  // What waited in the driver from before is stale: an old scan must not become a new event.
  await flushed(port)
  return linkOf(port, device, identity)
}

function linkOf(port: SerialPort, device: string, identity: string): Link {
  const path = port.path
  let asked = false
  let failure: string | undefined
  let settle: (reason: AgentError | undefined) => void
  const closed = new Promise<AgentError | undefined>((resolve) => {
    settle = resolve
  })
  const end = (why: string): void => {
    clearInterval(watch)
    settle(asked ? undefined : new AgentError('PORT_LOST', { device, port: path, why: failure ?? why }))
  }
  const shut = (why: string): void => {
    failure ??= why
    if (port.isOpen) port.close(() => end(why))
    else end(why)
  }
  const watch = setInterval(() => {
    identityOf(path).then(
      (now) => now !== identity && shut('the path now leads elsewhere'),
      () => undefined,
    )
  }, IDENTITY_EVERY_MS)
  port.on('close', (error: unknown) => end(error instanceof Error ? error.message : 'closed'))
  port.on('error', (error) => shut(error.message))
  return {
    closed,
    onData(listener) {
      port.on('data', listener)
    },
    async write(bytes) {
      // A closed SerialPort would keep the bytes for its next opening.
      if (!port.isOpen) throw new AgentError('PORT_LOST', { device, port: path, why: failure ?? 'closed' })
      const written = new Promise<void>((resolve, reject) => {
        port.write(bytes, undefined, (error) => (error ? reject(error) : resolve()))
      })
      try {
        await within(written, WRITE_TIMEOUT_MS, 'writing')
      } catch (cause) {
        shut(whyOf(cause))
        throw new AgentError('PORT_LOST', { device, port: path, why: whyOf(cause) }, { cause })
      }
    },
    async close() {
      asked = true
      shut('closed')
      await within(closed, WRITE_TIMEOUT_MS, 'closing').catch(() => undefined)
    },
  }
}

/** Which device a path leads to just now; undefined when it leads nowhere. */
async function identityOf(path: string): Promise<string | undefined> {
  try {
    const target = await realpath(path)
    const { rdev, ino } = await stat(target)
    return `${target} ${rdev} ${ino}`
  } catch {
    return undefined
  }
}

function opened(port: SerialPort): Promise<void> {
  return new Promise((resolve, reject) => {
    port.open((error) => (error ? reject(error) : resolve()))
  })
}

function flushed(port: SerialPort): Promise<void> {
  // A pseudo-terminal may refuse to flush; then there is nothing to drop.
  return new Promise((resolve) => {
    port.flush(() => resolve())
  })
}

/** The binding has texts of the system and no codes. */
function openCode(error: unknown): AgentCode {
  const text = whyOf(error)
  if (/no such file|not a directory|no such device/i.test(text)) return 'PORT_MISSING'
  if (/permission denied/i.test(text)) return 'PORT_DENIED'
  if (/lock port|resource busy|temporarily unavailable/i.test(text)) return 'PORT_BUSY'
  if (/inappropriate ioctl|is a directory/i.test(text)) return 'PORT_NOT_SERIAL'
  return 'PORT_FAILED'
}

/** A hint for the installer. `SerialPort.list()` rejects where udevadm is missing: then there is no hint. */
async function otherPorts(): Promise<string> {
  try {
    const { SerialPort } = await import('serialport')
    const paths = (await within(SerialPort.list(), OPEN_TIMEOUT_MS, 'listing')).map((p) =>
      p.pnpId ? `/dev/serial/by-id/${p.pnpId}` : p.path,
    )
    return paths.length > 0 ? ` (seen now: ${paths.slice(0, 8).join(', ')})` : ''
  } catch {
    return ''
  }
}
