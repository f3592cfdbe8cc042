import * as crypto from 'node:crypto'
import { constants, existsSync } from 'node:fs'
import { mkdir, open } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { fromPkcs8Pem, publicKeyOf, type Sign, signOnNode, toPkcs8Pem } from '@tristamp/protocol'
import { hasErrno, LedgerError } from './error.ts'

/** A key that signs. The seed stays inside: it is never logged, served or kept longer than the signing function needs it. */
export interface SigningKey {
  publicKey: Uint8Array
  sign: Sign
}

/** A log's key: its own, which signs, or another's, which only verifies. */
export interface LogKey {
  publicKey: Uint8Array
  sign?: Sign
}

/** Where a ledger's own keys lie: `log`, `ack`, and `admin-NAME` as `init` makes them, `witness` at first use. */
export function keyPath(folder: string, name: string): string {
  return join(folder, 'keys', `${name}.pem`)
}

/** Makes a key file (PKCS#8 PEM, readable by the owner alone) that must not exist yet. */
export async function makeKey(path: string): Promise<SigningKey> {
  const seed = new Uint8Array(crypto.randomBytes(32))
  await mkdir(dirname(path), { recursive: true, mode: 0o700 })
  const file = await open(path, 'wx', 0o600)
  try {
    await file.writeFile(toPkcs8Pem(seed))
    await file.sync()
  } finally {
    await file.close()
  }
  return signingKey(seed)
}

/** @throws LedgerError KEY_FILE_MISSING, KEY_FILE_MODE (others may read it), KEY_FILE_MALFORMED; the content is in no message */
export async function loadKey(path: string): Promise<SigningKey> {
  const file = await openKey(path)
  try {
    // The mode of the file that was opened, not of whatever has the name a moment later.
    const mode = (await file.stat()).mode & 0o777
    if ((mode & 0o077) !== 0) throw new LedgerError('KEY_FILE_MODE', `${path} has mode ${mode.toString(8)}`)
    return signingKey(seedIn(await file.readFile('latin1'), path))
  } finally {
    await file.close()
  }
}

/** Loads a key, or makes it when there is none yet. @throws LedgerError as `loadKey` */
export async function loadOrMakeKey(path: string): Promise<SigningKey> {
  return existsSync(path) ? loadKey(path) : makeKey(path)
}

async function openKey(path: string): Promise<Awaited<ReturnType<typeof open>>> {
  try {
    return await open(path, constants.O_RDONLY)
  } catch (cause) {
    if (hasErrno(cause, 'ENOENT')) throw new LedgerError('KEY_FILE_MISSING', path)
    throw new LedgerError('KEY_FILE_MISSING', `${path} cannot be read`, { cause })
  }
}

function seedIn(pem: string, path: string): Uint8Array {
  try {
    return fromPkcs8Pem(pem)
  } catch {
    throw new LedgerError('KEY_FILE_MALFORMED', path)
  }
}

function signingKey(seed: Uint8Array): SigningKey {
  return { publicKey: publicKeyOf(seed), sign: signOnNode(crypto, seed) }
}
