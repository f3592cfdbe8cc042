import { createServer } from 'node:net'
import { networkInterfaces } from 'node:os'
import { DemoError } from './options.mjs'

/** Throws a DemoError where the address cannot be listened on. */
export async function assertFree(host, port) {
  const error = await tryListen(host, port)
  if (!error) return
  if (error.code === 'EADDRINUSE') {
    throw new DemoError(
      `Port ${port} is taken by another program. Stop that one, or choose another port:\n  npm start -- --port ${port === 65_535 ? 8081 : port + 1}`,
    )
  }
  throw new DemoError(`${host}:${port} cannot be listened on (${error.code}). Choose another --host or --port.`)
}

/** The port kept from before if it is free, else any free one. */
export async function freePort(kept) {
  if (kept && !(await tryListen('127.0.0.1', kept))) return kept
  return new Promise((resolve, reject) => {
    const server = createServer().once('error', reject)
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address()
      server.close(() => resolve(port))
    })
  })
}

/** How readers reach a server on this address: one that listens everywhere is named by the machine's own address. */
export function publicUrl(host, port) {
  if (host !== '0.0.0.0' && host !== '::') return `http://${host.includes(':') ? `[${host}]` : host}:${port}`
  const own = Object.values(networkInterfaces())
    .flat()
    .find((address) => address?.family === 'IPv4' && !address.internal)
  return `http://${own?.address ?? '127.0.0.1'}:${port}`
}

function tryListen(host, port) {
  return new Promise((resolve) => {
    const server = createServer()
    server.once('error', resolve)
    server.listen(port, host, () => server.close(() => resolve(undefined)))
  })
}
