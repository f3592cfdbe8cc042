import { randomBytes, scrypt, timingSafeEqual } from 'node:crypto'
import { fromBase64Url, toBase64Url } from '@tristamp/protocol'

/** Digits alone: it is entered in gloves. Six of them, and the pace of trying, make years of it. */
const PIN = /^\d{6,12}$/
/** 16 MiB and some tenths of a second on a small computer (RFC 7914: N = 2^14, r = 8, p = 1). */
const COST = 14
const HASH = /^\$scrypt\$ln=14,r=8,p=1\$([A-Za-z0-9_-]{22})\$([A-Za-z0-9_-]{43})$/
const SALT_BYTES = 16
const HASH_BYTES = 32

export function isPin(text: string): boolean {
  return PIN.test(text)
}

export function isPinHash(text: string): boolean {
  return HASH.test(text)
}

/** `$scrypt$ln=14,r=8,p=1$<salt>$<hash>`: what the configuration keeps in place of the PIN. */
export async function hashPin(pin: string): Promise<string> {
  const salt = randomBytes(SALT_BYTES)
  return `$scrypt$ln=${COST},r=8,p=1$${toBase64Url(salt)}$${toBase64Url(await derive(pin, salt))}`
}

/** Whether it is this PIN. What no PIN can be is not even computed. */
export async function isPinOf(hash: string, pin: string): Promise<boolean> {
  const [, salt, expected] = HASH.exec(hash) ?? []
  if (salt === undefined || expected === undefined || !isPin(pin)) return false
  return timingSafeEqual(await derive(pin, fromBase64Url(salt)), fromBase64Url(expected))
}

function derive(pin: string, salt: Uint8Array): Promise<Uint8Array> {
  return new Promise((resolve, reject) => {
    scrypt(pin, salt, HASH_BYTES, { N: 2 ** COST, r: 8, p: 1 }, (error, hash) => {
      if (error) reject(error)
      else resolve(hash)
    })
  })
}
