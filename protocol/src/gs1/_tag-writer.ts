import { checkDigit } from './check-digit.ts'

/** Writes bits from the first to the last: the tests' own encoder, so that reading is held to something else than itself. */
export class TagWriter {
  #bits = ''

  put(value: bigint | number, count: number): this {
    this.#bits += BigInt(value).toString(2).padStart(count, '0')
    return this
  }

  nibbles(digits: string): this {
    for (const digit of digits) this.put(Number(digit), 4)
    return this
  }

  ascii(text: string, characters: number): this {
    for (let i = 0; i < characters; i++) this.put(i < text.length ? text.charCodeAt(i) : 0, 7)
    return this
  }

  /** Filled up with zeros to whole words, as a tag's memory is. */
  bytes(): Uint8Array {
    const filled = this.#bits.padEnd(Math.ceil(this.#bits.length / 16) * 16, '0')
    return Uint8Array.from({ length: filled.length / 8 }, (_, i) => Number.parseInt(filled.slice(i * 8, i * 8 + 8), 2))
  }
}

const PREFIX_BITS = [40, 37, 34, 30, 27, 24, 20]

/** Header, filter, partition, prefix and reference of a scheme of TDS 1.x; `digits` of both together. */
export function partitioned(
  header: number,
  filter: number,
  prefix: string,
  reference: string,
  sumBits: number,
): TagWriter {
  const partition = 12 - prefix.length
  const prefixBits = PREFIX_BITS[partition]!
  return new TagWriter()
    .put(header, 8)
    .put(filter, 3)
    .put(partition, 3)
    .put(BigInt(prefix), prefixBits)
    .put(BigInt(reference || '0'), sumBits - prefixBits)
}

/** Header, `+AIDC data` bit and filter of a "+" scheme. */
export function plus(header: number, filter: number): TagWriter {
  return new TagWriter().put(header, 8).put(0, 1).put(filter, 3)
}

/** A text by one of the methods of TDS §14.5.6. */
export function writeText(writer: TagWriter, method: number, text: string): TagWriter {
  writer.put(method, 3).put(text.length, 5)
  if (method === 0) return writer.put(BigInt(text), (10n ** BigInt(text.length) - 1n).toString(2).length)
  if (method === 1 || method === 2) for (const c of text) writer.put(Number.parseInt(c, 16), 4)
  if (method === 3)
    for (const c of text) writer.put('ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'.indexOf(c), 6)
  if (method === 4) writer.ascii(text, text.length)
  if (method === 5)
    for (let i = 0; i < text.length; i += 3) {
      const [a, b, c] = [0, 1, 2].map((n) =>
        i + n < text.length ? ' ABCDEFGHIJKLMNOPQRSTUVWXYZ-.:0123456789'.indexOf(text[i + n]!) : 0,
      )
      writer.put(1600 * a! + 40 * b! + c! + 1, 16)
    }
  return writer
}

export function closed(digits: string): string {
  return digits + checkDigit(digits)
}
