import { describe, expect, it } from 'vitest'
import { type Arrival, isOwnHost, isOwnOrigin, plainAddress } from './guard.ts'

const at = (host: string | undefined, address = '127.0.0.1', more: Partial<Arrival> = {}): Arrival => ({
  host,
  origin: undefined,
  site: undefined,
  address,
  port: 8090,
  ...more,
})

describe('whose page a request believes to see', () => {
  it.each([
    ['127.0.0.1:8090', '127.0.0.1'],
    ['localhost:8090', '127.0.0.1'],
    ['LOCALHOST:8090', '127.0.0.1'],
    ['localhost:8090', '::1'],
    ['[::1]:8090', '::1'],
    ['192.168.1.20:8090', '192.168.1.20'],
    ['gate.local:8090', '192.168.1.20'],
    ['gate.local', '192.168.1.20'],
  ])('%s at %s is its own', (host, address) => {
    expect(isOwnHost(at(host, address), ['gate.local'])).toBe(true)
  })

  it.each([
    [undefined, '127.0.0.1'],
    ['', '127.0.0.1'],
    ['evil.example:8090', '127.0.0.1'],
    ['127.0.0.1.evil.example:8090', '127.0.0.1'],
    ['localhost.evil.example:8090', '127.0.0.1'],
    ['127.0.0.1:80', '127.0.0.1'],
    ['127.0.0.1', '127.0.0.1'],
    ['localhost:8090', '192.168.1.20'],
    ['192.168.1.21:8090', '192.168.1.20'],
    ['evil.example@127.0.0.1:8090', '127.0.0.1'],
    ['127.0.0.1:8090, evil.example', '127.0.0.1'],
  ])('%s at %s is not', (host, address) => {
    expect(isOwnHost(at(host, address), ['gate.local'])).toBe(false)
  })

  it('knows the sender of a command by its origin alone', () => {
    const own = (origin?: string, site?: string): boolean =>
      isOwnOrigin(at('gate.local:8090', '192.168.1.20', { origin, site }))
    expect(own('http://gate.local:8090')).toBe(true)
    expect(own('https://gate.local:8090', 'same-origin')).toBe(true)
    for (const origin of [undefined, 'null', 'http://evil.example', 'http://gate.local', 'http://gate.local:8090.evil'])
      expect(own(origin), String(origin)).toBe(false)
    expect(own('http://gate.local:8090', 'cross-site')).toBe(false)
  })

  it('writes a mapped address as IPv4', () => {
    expect(plainAddress('::ffff:192.168.1.20')).toBe('192.168.1.20')
  })
})
