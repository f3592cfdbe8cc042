import { isIP, SocketAddress } from 'node:net'

/** Whom an address belongs to: one customer of an IPv6 network has a /64, so an address of it counts as that. */
export function networkOf(address: string): string {
  if (isIP(address) !== 6) return address
  return address.toLowerCase().startsWith('::ffff:') ? address : firstHalf(address)
}

/** The first four groups, written in full: `2001:db8::1` and `2001:db8:0:0:1::` are of one network. */
function firstHalf(address: string): string {
  const [head = '', tail] = new SocketAddress({ address, family: 'ipv6' }).address.split('::')
  const groups = (text: string | undefined): string[] => (text === undefined || text === '' ? [] : text.split(':'))
  const [before, after] = [groups(head), groups(tail)]
  const zeros = Array.from({ length: Math.max(0, 8 - before.length - after.length) }, () => '0')
  return [...before, ...zeros, ...after].slice(0, 4).join(':')
}
