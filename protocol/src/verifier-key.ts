import { copy, equal, fromBase64, fromBigEndian, fromHex, isWellFormed, toBase64, toHex, u32be, utf8 } from './bytes.ts'
import { ProtocolError } from './error.ts'
import { sha256 } from './hash.ts'

/** A public key as C2SP signed-note names it ("vkey"): `name+keyid+base64(type ‖ key)`. */
export interface VerifierKey {
  name: string
  /** First four bytes of SHA-256(name ‖ 0x0A ‖ type ‖ key); with the name it finds the key of a signature line. */
  keyId: number
  type: number
  publicKey: Uint8Array
}

/** A log's signature over a note's text. */
export const ED25519_NOTE = 1
/** A witness's timestamped cosignature (`cosignature.ts`). */
export const ED25519_COSIGNATURE = 4

const KEY_BYTES = 32

/** A key name: not empty, no Unicode space, no plus sign; and no control character, as a note has none. */
export function isKeyName(name: string): boolean {
  return isWellFormed(name) && /^[^+\p{White_Space}]+$/u.test(name) && !hasControl(name)
}

/** ASCII control characters other than newline, which signed-note forbids everywhere. */
export function hasControl(text: string): boolean {
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i)
    if (unit < 0x20 && unit !== 0x0a) return true
  }
  return false
}

/** The key id. Throws NOTE_KEY on a name or type that cannot be. */
export function noteKeyId(name: string, type: number, publicKey: Uint8Array): number {
  if (!isKeyName(name)) throw new ProtocolError('NOTE_KEY', 'not a key name')
  if (type !== ED25519_NOTE && type !== ED25519_COSIGNATURE) throw new ProtocolError('NOTE_KEY', `key type ${type}`)
  if (publicKey.length !== KEY_BYTES) throw new ProtocolError('NOTE_KEY', `a key of ${publicKey.length} bytes`)
  return fromBigEndian(sha256(utf8(`${name}\n`), Uint8Array.of(type), publicKey).subarray(0, 4))
}

/** The text of a key. Throws NOTE_KEY. */
export function formatVerifierKey(name: string, type: number, publicKey: Uint8Array): string {
  const keyId = toHex(u32be(noteKeyId(name, type, publicKey)))
  return `${name}+${keyId}+${toBase64(Uint8Array.of(type, ...publicKey))}`
}

/** The inverse of `formatVerifierKey`; only Ed25519 types (1 and 4) are known. Throws NOTE_KEY. */
export function parseVerifierKey(text: string): VerifierKey {
  const [, name, id, key] = /^([^+]+)\+([0-9a-f]{8})\+(.+)$/.exec(text) ?? []
  if (name === undefined || id === undefined || key === undefined)
    throw new ProtocolError('NOTE_KEY', 'not name+id+key')
  let bytes: Uint8Array
  try {
    bytes = fromBase64(key)
  } catch (cause) {
    throw new ProtocolError('NOTE_KEY', 'not canonical base64', { cause })
  }
  const type = bytes[0] ?? 0
  const publicKey = copy(bytes, 1)
  const keyId = noteKeyId(name, type, publicKey)
  if (!equal(u32be(keyId), fromHex(id))) throw new ProtocolError('NOTE_KEY', 'the id is not that of the key')
  return { name, keyId, type, publicKey }
}
