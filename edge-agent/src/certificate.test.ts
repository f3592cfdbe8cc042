import { spawnSync } from 'node:child_process'
import { createPrivateKey, createPublicKey, X509Certificate } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { newTlsKey, selfSigned, tlsKeyHash } from './certificate.ts'

const openssl = (...args: string[]): { status: number | null; stdout: string } =>
  spawnSync('openssl', args, { encoding: 'utf8' })
const hasOpenssl = openssl('version').status === 0

describe('a gateway’s certificate', () => {
  // Names of every length that a gateway may have, so that lengths of one, two and three bytes occur.
  it.each(['a/b', 'yunling/dock-1', `${'o'.repeat(64)}/${'g'.repeat(64)}`, '云岭/门'])(
    'of %s is read by node:crypto, and signed by its own key',
    (name) => {
      const key = newTlsKey()
      const certificate = new X509Certificate(selfSigned(key, name))
      expect(certificate.subject).toBe(`CN=${name}`)
      expect(certificate.issuer).toBe(certificate.subject)
      expect(certificate.checkPrivateKey(createPrivateKey(key))).toBe(true)
      expect(certificate.verify(createPublicKey(key))).toBe(true)
      expect(certificate.ca).toBe(false)
      expect(new Date(certificate.validTo).getUTCFullYear()).toBe(9999)
      // RFC 5280 §4.1.2.2: positive, at most 20 bytes.
      expect(certificate.serialNumber).toMatch(/^[4-7][0-9A-F]{31}$/)
    },
  )

  it('is another one each time, of the same key', () => {
    const key = newTlsKey()
    const [a, b] = [new X509Certificate(selfSigned(key, 'a/b')), new X509Certificate(selfSigned(key, 'a/b'))]
    expect(a.serialNumber).not.toBe(b.serialNumber)
    expect(a.publicKey.equals(b.publicKey)).toBe(true)
    expect(tlsKeyHash(key)).toMatch(/^[A-Za-z0-9_-]{43}$/)
    expect(tlsKeyHash(key)).not.toBe(tlsKeyHash(newTlsKey()))
  })

  it.skipIf(!hasOpenssl)('is what openssl takes for one, with the same bytes when it writes it again', () => {
    const pem = selfSigned(newTlsKey(), 'yunling/dock-1')
    const read = (...args: string[]): { status: number | null; stdout: string } =>
      spawnSync('openssl', ['x509', ...args], { input: pem, encoding: 'utf8' })
    expect(read().stdout).toBe(pem)
    const { stdout } = read('-noout', '-text')
    for (const line of [
      'Version: 3 (0x2)',
      'Signature Algorithm: ecdsa-with-SHA256',
      'Not After : Dec 31 23:59:59 9999 GMT',
      'X509v3 Key Usage: critical',
      'Digital Signature',
      'TLS Web Client Authentication',
    ])
      expect(stdout).toContain(line)
  })
})
