import { isIP } from 'node:net'
import type { Request } from 'express'
import { networkOf } from '../network.ts'

/**
 * The network that a request comes from, coarser than for rates: a customer has a /56 of IPv6 and a telephone a new address of IPv4 whenever it likes, so
 * a /48 and a /24 are one. Those who share one count once: fewer are counted than looked, never more.
 */
export function clientNetwork(req: Request, addressHeader: string | undefined): string {
  const told = addressHeader && req.get(addressHeader)?.split(',').at(-1)?.trim()
  const address = told && isIP(told) !== 0 ? told : (req.socket.remoteAddress ?? '')
  const plain = address.toLowerCase().startsWith('::ffff:') ? address.slice(7) : address
  if (isIP(plain) === 4) return plain.split('.').slice(0, 3).join('.')
  return networkOf(plain).split(':').slice(0, 3).join(':')
}

/** The block that a network is of, as providers get and rent them out: a /16 of IPv4, a /32 of IPv6. @param network as `clientNetwork` names it */
export function blockOf(network: string): string {
  const sign = network.includes(':') ? ':' : '.'
  return network.split(sign).slice(0, 2).join(sign)
}
