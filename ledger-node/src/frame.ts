import { crc32 } from 'node:zlib'

/**
 * A record in a segment file: `u32be length ‖ u32be crc32(bytes) ‖ bytes`.
 * An empty record is not a frame: a tail of zeros, which file systems leave after a power cut, must not read as records.
 */
export const FRAME_HEAD = 8

export function frameSize(length: number): number {
  return FRAME_HEAD + length
}

/** Writes the frame of `parts` (one record, given in pieces) into `into` at `at`; answers where the next one goes. */
export function writeFrame(into: Buffer, at: number, parts: readonly Uint8Array[]): number {
  let end = at + FRAME_HEAD
  for (const part of parts) {
    into.set(part, end)
    end += part.length
  }
  into.writeUInt32BE(end - at - FRAME_HEAD, at)
  into.writeUInt32BE(crc32(into.subarray(at + FRAME_HEAD, end)), at + 4)
  return end
}

/** What stands at a place of a segment file: a record, nothing more (the end), or why it is no record. */
export type Frame =
  | { kind: 'record'; bytes: Uint8Array; next: number }
  | { kind: 'partial'; needs: number }
  | { kind: 'bad'; field: 'length' | 'crc' }

/** Reads the frame at `at` of a buffer. `partial` says how many bytes from `at` on would be needed to tell. */
export function readFrame(from: Buffer, at: number, maxLength: number): Frame {
  if (from.length - at < FRAME_HEAD) return { kind: 'partial', needs: FRAME_HEAD }
  const length = from.readUInt32BE(at)
  if (length === 0 || length > maxLength) return { kind: 'bad', field: 'length' }
  const next = at + FRAME_HEAD + length
  if (next > from.length) return { kind: 'partial', needs: FRAME_HEAD + length }
  const bytes = new Uint8Array(from.buffer, from.byteOffset + at + FRAME_HEAD, length)
  return from.readUInt32BE(at + 4) === crc32(bytes) ? { kind: 'record', bytes, next } : { kind: 'bad', field: 'crc' }
}
