import { isIP, SocketAddress } from 'node:net'

/**
 * Whom an address belongs to: one customer of an IPv6 network has a /64, so an address of it counts as that. An address of IPv4 is the same in every spelling
 * (`::ffff:10.1.2.3`, `::ffff:a01:203`).
 */
export function networkOf(address: string): string {
  if (isIP(address) !== 6) return address
  const plain = new SocketAddress({ address, family: 'ipv6' }).address
  return plain.startsWith('::ffff:') && isIP(plain.slice(7)) === 4 ? plain.slice(7) : firstHalf(plain)
}

/** The first four groups, written in full: `2001:db8::1` and `2001:db8:0:0:1::` are of one network. */
function firstHalf(address: string): string {
  const [head = '', tail] = address.split('::')
  const groups = (text: string | undefined): string[] => (text === undefined || text === '' ? [] : text.split(':'))
  const [before, after] = [groups(head), groups(tail)]
  const zeros = Array.from({ length: Math.max(0, 8 - before.length - after.length) }, () => '0')
  return [...before, ...zeros, ...after].slice(0, 4).join(':')
}
