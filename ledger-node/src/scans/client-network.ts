import { isIP } from 'node:net'
import type { Request } from 'express'
import { networkOf } from '../network.ts'

/**
 * The network that a request comes from, coarser than for rates: a customer has a /56 of IPv6 and a telephone a new address of IPv4 whenever it likes, so
 * a /48 and a /24 are one. Those who share one count once: fewer are counted than looked, never more.
 */
export function clientNetwork(req: Request, addressHeader: string | undefined): string {
  const told = addressHeader && req.get(addressHeader)?.split(',').at(-1)?.trim()
  const network = networkOf(told && isIP(told) !== 0 ? told : (req.socket.remoteAddress ?? ''))
  const sign = isIP(network) === 4 ? '.' : ':'
  return network.split(sign).slice(0, 3).join(sign)
}

/** The block that a network is of, as providers get and rent them out: a /16 of IPv4, a /29 of IPv6. @param network as `clientNetwork` names it */
export function blockOf(network: string): string {
  if (!network.includes(':')) return network.split('.').slice(0, 2).join('.')
  const [first = '', second = ''] = network.split(':')
  return `${first}:${(Number.parseInt(second, 16) & 0xfff8).toString(16)}`
}
