import type { Request, Response } from 'express'
import { describe, expect, test } from 'vitest'
import { rateLimit } from './rate-limit.ts'

/** Asks once; whether it is let through. */
function asker(perSecond: number, header?: string) {
  let nowMs = 0
  const limit = rateLimit(perSecond, header, () => nowMs)
  const ask = (remoteAddress: string, told?: string): boolean => {
    let passed = false
    const request = { socket: { remoteAddress }, get: (name: string) => (name === header ? told : undefined) }
    limit(request as unknown as Request, {} as Response, (error?: unknown) => {
      passed = error === undefined
      if (!passed) expect(error).toMatchObject({ code: 'REQUEST_RATE' })
    })
    return passed
  }
  const wait = (ms: number): void => {
    nowMs += ms
  }
  return { ask, wait }
}

describe('a client’s rate', () => {
  test('is its own, with a burst, and comes back with time', () => {
    const { ask, wait } = asker(3)
    expect([1, 2, 3, 4].map(() => ask('192.0.2.1'))).toEqual([true, true, true, false])
    expect(ask('192.0.2.2')).toBe(true)
    wait(340)
    expect([1, 2].map(() => ask('192.0.2.1'))).toEqual([true, false])
  })

  test('is by the proxy’s last word when one is trusted, and not by what the client made up before it', () => {
    const { ask } = asker(1, 'X-Forwarded-For')
    expect(ask('127.0.0.1', '203.0.113.5')).toBe(true)
    expect(ask('127.0.0.1', '198.51.100.1, 203.0.113.5')).toBe(false)
    expect(ask('127.0.0.1', '203.0.113.6')).toBe(true)
    // Nonsense counts as the connection.
    expect(ask('127.0.0.1', 'nonsense')).toBe(true)
    expect(ask('127.0.0.1', undefined)).toBe(false)
  })

  test('ignores the header when none is trusted', () => {
    const { ask } = asker(1)
    expect([ask('192.0.2.1', '203.0.113.5'), ask('192.0.2.1', '203.0.113.6')]).toEqual([true, false])
  })

  test('counts an IPv6 network of 64 bits as one client, an IPv4 address in IPv6 as itself', () => {
    const { ask } = asker(1)
    expect(ask('2001:db8::1')).toBe(true)
    expect(ask('2001:db8:0:0:ffff::2')).toBe(false)
    expect(ask('2001:db8:0:1::1')).toBe(true)
    expect(ask('::ffff:192.0.2.1')).toBe(true)
    expect(ask('::ffff:192.0.2.2')).toBe(true)
    expect(ask('::ffff:192.0.2.2')).toBe(false)
  })
})
