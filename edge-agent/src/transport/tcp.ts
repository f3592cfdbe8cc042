import { connect, type Socket } from 'node:net'
import { AgentError } from '../error.ts'
import { addressText, type Link, OPEN_TIMEOUT_MS, type PortAddress, WRITE_TIMEOUT_MS, within } from './link.ts'

/** A half-open connection (a cable pulled at the far switch) is noticed by the system's keep-alive after this. */
const KEEP_ALIVE_MS = 10_000

/** Opens a socket to a serial device server or a simulator. */
export async function openTcp(device: string, address: PortAddress & { kind: 'tcp' }): Promise<Link> {
  const port = addressText(address)
  const socket = connect({ host: address.host, port: address.port, noDelay: true, keepAlive: true })
  socket.setKeepAlive(true, KEEP_ALIVE_MS)
  try {
    await within(connected(socket), OPEN_TIMEOUT_MS, 'connecting')
  } catch (cause) {
    socket.destroy()
    throw new AgentError('PORT_FAILED', { device, port, why: reason(cause) }, { cause })
  }
  return linkOf(socket, device, port)
}

function linkOf(socket: Socket, device: string, port: string): Link {
  let asked = false
  let failure: Error | undefined
  socket.on('error', (error) => {
    failure = error
  })
  socket.on('end', () => socket.destroy())
  const closed = new Promise<AgentError | undefined>((resolve) => {
    socket.once('close', () => {
      const why = failure ? reason(failure) : 'the far end closed the connection'
      resolve(asked ? undefined : new AgentError('PORT_LOST', { device, port, why }))
    })
  })
  return {
    closed,
    onData(listener) {
      socket.on('data', listener)
    },
    async write(bytes) {
      const written = new Promise<void>((resolve, reject) => {
        socket.write(bytes, (error) => (error ? reject(error) : resolve()))
      })
      try {
        await within(written, WRITE_TIMEOUT_MS, 'writing')
      } catch (cause) {
        socket.destroy(cause as Error)
        throw new AgentError('PORT_LOST', { device, port, why: reason(cause) }, { cause })
      }
    },
    async close() {
      asked = true
      socket.destroy()
      await closed
    },
  }
}

function connected(socket: Socket): Promise<void> {
  return new Promise((resolve, reject) => {
    socket.once('connect', resolve)
    socket.once('error', reject)
  })
}

/** Node's message for a failed connect to several addresses is empty; its code is not. */
function reason(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  return error.message || (error as NodeJS.ErrnoException).code || error.name
}
