import * as crypto from 'node:crypto'
import { createHash, randomBytes } from 'node:crypto'
import { closeSync, fsyncSync, openSync, readFileSync, statSync, writeSync } from 'node:fs'
import { fromBase64Url, fromPkcs8Pem, toBase64Url, toPkcs8Pem } from '@tristamp/protocol'
import { newTlsKey, tlsKeyHash } from './certificate.ts'
import { AgentError, whyOf } from './error.ts'

/** Only the gateway's own user may read a secret. */
const MODE = 0o600
const OTHERS = 0o077
/** A PEM of an Ed25519 key has 119 characters. */
const MAX_BYTES = 4096

/** A new Ed25519 seed. */
export function newSeed(): Uint8Array {
  return new Uint8Array(randomBytes(32))
}

/** The public key of a seed, by node:crypto: the JavaScript way would keep megabytes of precomputed points for this one use. */
export function publicKeyOf(seed: Uint8Array): Uint8Array {
  const { x } = crypto.createPublicKey(crypto.createPrivateKey(toPkcs8Pem(seed))).export({ format: 'jwk' })
  return fromBase64Url(x!)
}

/** Writes an Ed25519 key file (PKCS#8 PEM). Fails when the file exists: a key is never replaced. */
export function makeKeyFile(path: string, seed: Uint8Array): void {
  writeSecret(path, toPkcs8Pem(seed))
}

/** The key's 32-byte seed. @throws AgentError KEY_MISSING, KEY_MODE, KEY_MALFORMED */
export function readKeyFile(path: string): Uint8Array {
  const text = readSecret(path)
  try {
    return fromPkcs8Pem(text)
  } catch (cause) {
    throw new AgentError('KEY_MALFORMED', { path, why: whyOf(cause) }, { cause })
  }
}

/** Makes the MQTT password: base64url of 32 random bytes. */
export function makeLoginFile(path: string): void {
  writeSecret(path, `${toBase64Url(new Uint8Array(randomBytes(32)))}\n`)
}

/** @throws AgentError KEY_MISSING, KEY_MODE, LOGIN_MALFORMED */
export function readLoginFile(path: string): string {
  const text = readSecret(path).trim()
  try {
    if (fromBase64Url(text).length !== 32) throw new Error('not 32 bytes')
    return text
  } catch (cause) {
    throw new AgentError('LOGIN_MALFORMED', { path, why: whyOf(cause) }, { cause })
  }
}

/** Writes a new TLS client key (PKCS#8 PEM). */
export function makeTlsKeyFile(path: string): void {
  writeSecret(path, newTlsKey())
}

/** The TLS client key, PEM. @throws AgentError KEY_MISSING, KEY_MODE, TLS_KEY_MALFORMED */
export function readTlsKeyFile(path: string): string {
  const text = readSecret(path)
  try {
    tlsKeyHash(text)
    return text
  } catch (cause) {
    throw new AgentError('TLS_KEY_MALFORMED', { path, why: whyOf(cause) }, { cause })
  }
}

/** What the ledger may know of the password: base64url of its SHA-256. */
export function loginHash(password: string): string {
  return createHash('sha256').update(password, 'utf8').digest('base64url')
}

/** node:crypto in the shape that the protocol package asks for. */
export const nodeCrypto: typeof crypto = crypto

function writeSecret(path: string, text: string): void {
  const file = openSync(path, 'wx', MODE)
  try {
    writeSync(file, text)
    fsyncSync(file)
  } finally {
    closeSync(file)
  }
}

/** The text of a secret file. @throws AgentError KEY_MISSING, KEY_MODE, KEY_OWNER */
export function readSecret(path: string, euid: number = process.geteuid?.() ?? 0): string {
  let mode: number
  let uid: number
  let text: string
  try {
    const found = statSync(path)
    mode = found.mode
    uid = found.uid
    text = found.size > MAX_BYTES ? '' : readFileSync(path, 'utf8')
  } catch (cause) {
    throw new AgentError('KEY_MISSING', { path, why: whyOf(cause) }, { cause })
  }
  if ((mode & OTHERS) !== 0) {
    throw new AgentError('KEY_MODE', { path, mode: (mode & 0o777).toString(8).padStart(4, '0') })
  }
  // Whoever owns it could put another there. Root reads for others: `export` after the gateway has died.
  if (uid !== euid && euid !== 0) throw new AgentError('KEY_OWNER', { path, uid, euid })
  return text
}
