import { createServer, type RequestListener, type Server } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import { networkInterfaces } from 'node:os'
import { hasErrno, LedgerError } from '../error.ts'
import type { TlsTexts } from '../tls.ts'

/** A slow or silent client gives its connection back after these. */
const TIMEOUTS = { requestTimeout: 60_000, headersTimeout: 10_000, keepAliveTimeout: 10_000 }
const MAX_CONNECTIONS = 4096

export interface HttpServer {
  port: number
  /** Answers what was asked and ends. */
  close: () => Promise<void>
}

/** @throws LedgerError PORT_TAKEN */
export async function serveHttp(
  app: RequestListener,
  { host, port, tls }: { host: string; port: number; tls?: TlsTexts | undefined },
): Promise<HttpServer> {
  const secured =
    tls && ({ ...TIMEOUTS, ...tls, minVersion: 'TLSv1.2', handshakeTimeout: TIMEOUTS.headersTimeout } as const)
  const server = secured === undefined ? createServer(TIMEOUTS, app) : createTlsServer(secured, app)
  server.maxConnections = MAX_CONNECTIONS
  await new Promise<void>((resolve, reject) => {
    server.once('error', (cause) => {
      reject(hasErrno(cause, 'EADDRINUSE') ? new LedgerError('PORT_TAKEN', `HTTP ${host}:${port}`, { cause }) : cause)
    })
    server.listen(port, host, resolve)
  })
  return { port: portOf(server), close: () => close(server) }
}

/** A host that others can reach this node by, for one that it listens on. */
export function reachableHost(host: string): string {
  if (host === '0.0.0.0' || host === '::') {
    const outward = Object.values(networkInterfaces()).flatMap((list) => list ?? [])
    return outward.find(({ family, internal }) => family === 'IPv4' && !internal)?.address ?? 'localhost'
  }
  return host.includes(':') ? `[${host}]` : host
}

function portOf(server: Server): number {
  const address = server.address()
  return typeof address === 'object' && address !== null ? address.port : 0
}

function close(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve())
    server.closeIdleConnections()
    // A reader that keeps a download open must not keep the node from ending.
    setTimeout(() => server.closeAllConnections(), 2000).unref()
  })
}
