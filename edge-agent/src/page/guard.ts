import type { IncomingMessage } from 'node:http'
import { isLoopback } from './config.ts'

/** How a request came in, as far as it says whose page it believes to see. */
export interface Arrival {
  host: string | undefined
  origin: string | undefined
  site: string | undefined
  /** Our end of the connection. */
  address: string
  port: number
}

export function arrivalOf({ headers, socket }: IncomingMessage): Arrival {
  return {
    host: headers.host,
    origin: headers.origin,
    site: headers['sec-fetch-site'] as string | undefined,
    address: plainAddress(socket.localAddress ?? ''),
    port: socket.localPort ?? 0,
  }
}

/**
 * Whether the request names this very gateway. A foreign page can give its own name our address (DNS rebinding) and would then read and press
 * everything from a browser that can reach us; but it cannot change the name that the browser asks for.
 */
export function isOwnHost({ host, address, port }: Arrival, names: readonly string[]): boolean {
  const match = /^(\[[0-9a-f:.]{2,45}\]|[a-z0-9.-]{1,253})(?::(\d{1,5}))?$/i.exec(host ?? '')
  if (!match) return false
  const name = (match[1] ?? '').toLowerCase().replace(/^\[|\]$/g, '')
  if (names.includes(name)) return true
  if (Number(match[2] ?? 80) !== port) return false
  return name === 'localhost' ? isLoopback(address) : name === address
}

/** Whether the page that sends it is ours: what changes anything must come from there. */
export function isOwnOrigin({ host, origin, site }: Arrival): boolean {
  if (site !== undefined && site !== 'same-origin') return false
  return origin !== undefined && (origin === `http://${host}` || origin === `https://${host}`)
}

/** IPv4 in its own form, however the socket names it. */
export function plainAddress(address: string): string {
  return address.replace(/^::ffff:/i, '').toLowerCase()
}
