import { toBase64Url, utf8 } from './bytes.ts'
import { ProtocolError } from './error.ts'
import { sha256 } from './hash.ts'
import { isSealable } from './sealed-item.ts'

// A sealed code (docs/spec/sealed-code.md): a secret inside the pack, of which the signed event of its birth or packing holds the commitment.

/** No I, L, O and U: nothing that is read as something else, and no words. */
const ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'
/** 15 characters of 5 bits, and the check character: four groups of four. */
const LENGTH = 16
/** What a secret is made from: 75 of these 80 bits. */
export const SECRET_RANDOM_BYTES = 10
// The first byte says what a hash is of (docs/spec/README.md, Conventions).
const COMMITMENT = new Uint8Array([0x05])

declare const isSecret: unique symbol
/** A secret in its one spelling, 16 characters without groups, whose check character is right. */
export type SealedSecret = string & { readonly [isSecret]: true }

/**
 * The secret that random bytes make.
 * @param random SECRET_RANDOM_BYTES from a cryptographic source
 * @throws ProtocolError SEALED_MALFORMED for another number of bytes
 */
export function secretFrom(random: Uint8Array): SealedSecret {
  if (random.length !== SECRET_RANDOM_BYTES)
    throw new ProtocolError('SEALED_MALFORMED', `a secret is made from ${SECRET_RANDOM_BYTES} bytes`)
  const values: number[] = []
  for (let at = 0; values.length < LENGTH - 1; at += 5) {
    const [byte, shift] = [at >> 3, 11 - (at & 7)]
    values.push((((random[byte]! << 8) | (random[byte + 1] ?? 0)) >> shift) & 31)
  }
  return spell([...values, checkValue(values)])
}

/**
 * Reads a secret as a person typed it: any case, in groups or not, O for 0 and I or L for 1.
 * @throws ProtocolError SEALED_MALFORMED (not 16 characters of the alphabet), SEALED_CHECK (mistyped: the check character is not the one of the rest)
 */
export function parseSecret(text: string): SealedSecret {
  const plain = text.length > 4 * LENGTH ? '' : text.toUpperCase().replace(/[\s-]/g, '')
  const values = [...plain.replaceAll('O', '0').replace(/[IL]/g, '1')].map((character) => ALPHABET.indexOf(character))
  if (values.length !== LENGTH || values.includes(-1))
    throw new ProtocolError('SEALED_MALFORMED', `a sealed code has ${LENGTH} letters and digits`)
  if (checkValue(values.slice(0, -1)) !== values[LENGTH - 1])
    throw new ProtocolError('SEALED_CHECK', 'the check character does not fit the others')
  return spell(values)
}

/** As it is printed: `7K2M-9QXA-40TE-V1CD`. */
export function groupedSecret(secret: SealedSecret): string {
  return secret.replace(/(.{4})(?!$)/g, '$1-')
}

/**
 * What the signed event says of an item's secret: 43 characters of base64url.
 * @param subject the item's URI in its one spelling (01 + 21)
 * @throws ProtocolError SEALED_MALFORMED if the subject is not an item in that spelling
 */
export function commitmentOf(subject: string, secret: SealedSecret): string {
  if (!isSealable(subject)) throw new ProtocolError('SEALED_MALFORMED', 'only an item can be sealed')
  return toBase64Url(sha256(COMMITMENT, utf8(secret), utf8(subject)))
}

/** Whether `text`, as typed or read, is the secret that was committed to for this item. False for whatever is no secret. */
export function checkSecret(subject: string, text: string, commitment: string): boolean {
  try {
    return commitmentOf(subject, parseSecret(text)) === commitment
  } catch (error) {
    if (error instanceof ProtocolError) return false
    throw error
  }
}

/** The address that the sealed QR Code carries: the item's own, and the secret where no server sees it (RFC 3986 §3.5). */
export function sealedAddress(address: string, secret: SealedSecret): string {
  return `${address}#s=${secret}`
}

/** The secret in the fragment of an address (`#s=…`, with or without `#`); undefined if there is none that is whole. */
export function secretInFragment(fragment: string): SealedSecret | undefined {
  const text = /^#?(?:.*&)?s=([0-9A-Za-z-]{1,64})(?:&.*)?$/s.exec(fragment)?.[1]
  if (text === undefined) return undefined
  try {
    return parseSecret(text)
  } catch (error) {
    if (error instanceof ProtocolError) return undefined
    throw error
  }
}

function spell(values: readonly number[]): SealedSecret {
  return values.map((value) => ALPHABET[value]).join('') as SealedSecret
}

/**
 * The value that makes Σ αⁱ·vᵢ zero in GF(2⁵), i counted from the check character leftwards: any one wrong character and any two that
 * changed places are found.
 */
function checkValue(values: readonly number[]): number {
  let sum = 0
  for (const value of values) sum = timesAlpha(sum ^ value)
  return sum
}

/** Multiplies by α in GF(2⁵) with x⁵ + x² + 1. */
function timesAlpha(value: number): number {
  const doubled = value << 1
  return doubled > 31 ? doubled ^ 0b100101 : doubled
}
