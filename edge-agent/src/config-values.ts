import { canonicalUri, fromBase64Url } from '@tristamp/protocol'
import * as v from 'valibot'

/** Topic parts and file names are made of these: NATS maps topics to subjects and allows no more. */
export const name: v.GenericSchema<string> = v.pipe(
  v.string('must be text'),
  v.regex(/^[A-Za-z0-9_-]{1,64}$/, 'must be 1 to 64 of A–Z a–z 0–9 _ -'),
)

/** An identifier as it is in events. */
export const uri: v.GenericSchema<string> = v.pipe(
  v.string('must be a URI'),
  v.check(
    (text) => isCanonical(text),
    'must be a URI in its canonical form, such as https://id.gs1.org/414/9506000134017',
  ),
)

export const integer = (min: number, max: number): v.GenericSchema<number> =>
  v.pipe(
    v.number(`must be a whole number from ${min} to ${max}`),
    v.integer(`must be a whole number from ${min} to ${max}`),
    v.minValue(min, `must be at least ${min}`),
    v.maxValue(max, `must be at most ${max}`),
  )

export const text: v.GenericSchema<string> = v.pipe(v.string('must be text'), v.minLength(1, 'must not be empty'))

function isCanonical(text: string): boolean {
  try {
    return canonicalUri(text) === text
  } catch {
    return false
  }
}

/** Bytes of a key in base64url; undefined when it is none. */
export function keyBytes(text: string): Uint8Array | undefined {
  try {
    return fromBase64Url(text)
  } catch {
    return undefined
  }
}
