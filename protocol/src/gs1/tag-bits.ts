import { ProtocolError } from '../error.ts'

/** The longest EPC field: the five length bits of the protocol control word count at most 31 words (Gen2 §6.3.2.1.2.2). */
export const MAX_TAG_BYTES = 62

/** Reads a tag's bits from the first to the last, as the tables of the Tag Data Standard list them. */
export class TagBits {
  readonly #bytes: Uint8Array
  #at = 0

  /** @throws ProtocolError GS1_TAG if no tag is that long */
  constructor(bytes: Uint8Array) {
    if (bytes.length === 0 || bytes.length > MAX_TAG_BYTES) {
      throw new ProtocolError('GS1_TAG', `an EPC has 1 to ${MAX_TAG_BYTES} bytes`)
    }
    this.#bytes = bytes
  }

  get left(): number {
    return this.#bytes.length * 8 - this.#at
  }

  /** The next `count` bits as a number without sign. @throws ProtocolError GS1_TAG where there are fewer */
  big(count: number): bigint {
    if (count > this.left) throw new ProtocolError('GS1_TAG', 'the tag ends within a value')
    let value = 0n
    for (let i = 0; i < count; i++) {
      const byte = this.#bytes[this.#at >> 3]!
      value = (value << 1n) | BigInt((byte >> (7 - (this.#at & 7))) & 1)
      this.#at++
    }
    return value
  }

  /** As `big`, for at most 32 bits. */
  small(count: number): number {
    return Number(this.big(count))
  }

  /** A number that is written with exactly so many digits; none is a value of zero. @throws ProtocolError GS1_TAG if it has more */
  digits(bits: number, digits: number): string {
    const text = this.big(bits).toString()
    if (digits === 0 && text === '0') return ''
    if (text.length > digits) throw new ProtocolError('GS1_TAG', `a number of the tag has more than ${digits} digits`)
    return text.padStart(digits, '0')
  }

  /** So many digits of four bits each. @throws ProtocolError GS1_TAG where one is none */
  nibbles(count: number): string {
    let text = ''
    for (let i = 0; i < count; i++) {
      const digit = this.small(4)
      if (digit > 9) throw new ProtocolError('GS1_TAG', 'a digit of the tag is above 9')
      text += digit
    }
    return text
  }

  /** Characters of seven bits each, at least one, up to the first zero; all after it is zero. @throws ProtocolError GS1_TAG */
  sevenBit(bits: number): string {
    let text = ''
    let ended = false
    for (let i = 0; i + 7 <= bits; i += 7) {
      const code = this.small(7)
      if (ended && code !== 0) throw new ProtocolError('GS1_TAG', 'characters after the end of a text')
      if (code === 0) ended = true
      else text += String.fromCharCode(code)
    }
    this.zeros(bits % 7)
    if (text === '') throw new ProtocolError('GS1_TAG', 'a text of the tag is empty')
    return text
  }

  /** Bits that must be zero: what is reserved, or fills up the last word. @throws ProtocolError GS1_TAG where they are not */
  zeros(count: number = this.left): void {
    if (this.big(count) !== 0n) throw new ProtocolError('GS1_TAG', 'bits that must be zero are not')
  }
}
