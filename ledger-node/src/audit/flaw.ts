import { toHex } from '@tristamp/protocol'

/** The first thing that is not as it must be: where it lies, and which field of it. */
export interface Flaw {
  /** File or address. */
  file: string
  offset?: number
  entry?: number
  field: string
  detail: string
}

/** Ends an audit at its first flaw. */
export class Flawed extends Error {
  override readonly name = 'Flawed'
  readonly flaw: Flaw

  constructor(flaw: Flaw) {
    super(flaw.detail)
    this.flaw = flaw
  }
}

/** Bytes of a value that a sentence shows. */
const SHOWN_BYTES = 32

/** Bytes in hex: the first of them, when there are many, and how many there are. */
export function hexOf(bytes: Uint8Array): string {
  const shown = toHex(bytes.subarray(0, SHOWN_BYTES))
  return bytes.length > SHOWN_BYTES ? `${shown}… (${bytes.length} bytes)` : shown
}

/** Two values that should be one. Where their beginnings are the same, what differs is shown. */
export function differing(found: Uint8Array, given: Uint8Array): string {
  const at = given.findIndex((byte, i) => byte !== found[i])
  const first = at < 0 ? given.length : at
  const from = first < SHOWN_BYTES ? 0 : first
  const where = from === 0 ? '' : ` from byte ${from} on`
  return `the row is ${hexOf(found.subarray(from))}${where}, the entries give ${hexOf(given.subarray(from))}`
}

/** What a refusal says, without the code before it that is told beside. */
export function withoutCode(code: string, message: string): string {
  return message.startsWith(`${code}: `) ? message.slice(code.length + 2) : message
}

/** A flaw on one line. */
export function describeFlaw({ file, offset, entry, field, detail }: Flaw): string {
  const at = offset === undefined ? '' : ` offset ${offset}`
  const of = entry === undefined ? '' : ` entry ${entry}`
  return `FLAW ${file}${at}${of} field ${field}: ${detail}`
}
