/** Guards for values that a decoder returned: every parser of ours begins with these. */

export function isUint(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0
}

export function isBytes(value: unknown, length: number): value is Uint8Array {
  return value instanceof Uint8Array && value.length === length
}

/** An absolute URI without white space, bounded: GS1 keys are far shorter, and a header must stay small. */
export function isUri(value: unknown): value is string {
  return typeof value === 'string' && value.length <= 512 && /^[A-Za-z][A-Za-z0-9+.-]*:[^\s]+$/.test(value)
}
