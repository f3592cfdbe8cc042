import { createHash, type X509Certificate } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { isIP, type Socket } from 'node:net'
import { createSecureContext, TLSSocket } from 'node:tls'
import { toBase64Url } from '@tristamp/protocol'
import { LedgerError } from './error.ts'

/** Files of a certificate (with what leads to its authority) and its private key, PEM. */
export interface TlsFiles {
  cert: string
  key: string
}

/** Their texts, known to belong together. */
export interface TlsTexts {
  cert: string
  key: string
}

/** @param setting where they stand in the configuration, for the sentence. @throws LedgerError CONFIG_INVALID */
export async function readTls(files: TlsFiles, setting: string): Promise<TlsTexts> {
  try {
    const texts = { cert: await readFile(files.cert, 'utf8'), key: await readFile(files.key, 'utf8') }
    createSecureContext(texts)
    return texts
  } catch (cause) {
    throw new LedgerError('CONFIG_INVALID', `${setting}: ${(cause as Error).message}`, { cause })
  }
}

/** One address that the node listens on. */
export interface Listener {
  setting: string
  host: string
  tls?: TlsFiles | undefined
}

/** Whoever listens off loopback speaks TLS, or was told in so many words not to. @throws LedgerError CONFIG_PLAIN */
export function refusePlain(plain: boolean, ...listeners: Listener[]): void {
  const open = plain ? [] : listeners.filter(({ host, tls }) => tls === undefined && !isLoopback(host))
  if (open.length === 0) return
  throw new LedgerError('CONFIG_PLAIN', open.map(({ setting, host }) => `${setting} on ${host}`).join(', '))
}

/** Whether nobody but this machine reaches the address. A name may change its address, so of names only `localhost` is one. */
export function isLoopback(host: string): boolean {
  if (host === 'localhost' || host === '::1') return true
  return isIP(host) === 4 && host.startsWith('127.')
}

/** What a TLS client proved on this connection. */
export interface ClientKey {
  /** base64url SHA-256 of the SubjectPublicKeyInfo (RFC 7469 §2.4) of its certificate; undefined when it showed none. */
  hash: string | undefined
}

/** Undefined on a connection without TLS. The handshake proves that the client holds the key; who signed the certificate does not matter. */
export function clientKeyOf(socket: Socket): ClientKey | undefined {
  if (!(socket instanceof TLSSocket)) return undefined
  const certificate = socket.getPeerX509Certificate()
  return { hash: certificate && publicKeyHash(certificate) }
}

export function publicKeyHash({ publicKey }: X509Certificate): string {
  return toBase64Url(
    createHash('sha256')
      .update(publicKey.export({ type: 'spki', format: 'der' }))
      .digest(),
  )
}
