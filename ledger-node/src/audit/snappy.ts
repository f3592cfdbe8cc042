/** The longest block that is unpacked: LevelDB's have some thousand bytes, and more than this was never written. */
const MAX_BYTES = 1 << 26

/** Unpacks Snappy's block format (google/snappy, format_description.txt). @throws RangeError */
export function unsnap(bytes: Buffer): Buffer {
  let at = 0
  let length = 0
  for (let unit = 1; ; unit *= 128) {
    const byte = bytes.readUInt8(at++)
    length += (byte & 0x7f) * unit
    if (byte < 0x80) break
  }
  if (length > MAX_BYTES) throw new RangeError('too long')
  const out = Buffer.alloc(length)
  let end = 0
  while (at < bytes.length) {
    const tag = bytes.readUInt8(at++)
    const kind = tag & 3
    if (kind === 0) {
      const extra = Math.max(0, (tag >> 2) - 59)
      const count = 1 + (extra === 0 ? tag >> 2 : bytes.readUIntLE(at, extra))
      at += extra
      end = put(out, end, bytes.subarray(at, at + count), count)
      at += count
      continue
    }
    const width = kind === 1 ? 1 : kind === 2 ? 2 : 4
    const back = bytes.readUIntLE(at, width) + (kind === 1 ? (tag >> 5) << 8 : 0)
    const count = kind === 1 ? 4 + ((tag >> 2) & 7) : 1 + (tag >> 2)
    at += width
    if (back === 0 || back > end || end + count > length) throw new RangeError('outside')
    // A copy may run into what it writes itself.
    for (let i = 0; i < count; i++) out[end + i] = out[end + i - back]!
    end += count
  }
  if (end !== length) throw new RangeError('cut short')
  return out
}

function put(out: Buffer, at: number, bytes: Buffer, count: number): number {
  if (bytes.length !== count || at + count > out.length) throw new RangeError('outside')
  out.set(bytes, at)
  return at + count
}
