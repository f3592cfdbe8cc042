import { crc32, deflateSync } from 'node:zlib'
import { randomFrom } from '../_harness/random.ts'
import { filmed, type Scene } from './_clip.ts'

export interface PhotoOptions {
  width?: number
  height?: number
  /** Of the light that a good photo has. */
  light?: number
  /** Points around each that run into one another. */
  blur?: number
  /** Grey levels of noise. */
  noise?: number
  seed?: number
}

/** A grey PNG of a scene as a hasty hand takes it. The same seed takes the same one. */
export function photoOf(scene: Scene, options: PhotoOptions = {}): Buffer {
  const { width = 1200, height = 900, light = 1, blur = 0, noise = 4, seed = 1 } = options
  const random = randomFrom(seed)
  let levels = filmed(scene, width, height, () => 0)
  // A box along each side, twice, is near enough to a lens out of focus.
  for (let i = 0; i < 2 && blur > 0; i++) levels = boxed(boxed(levels, width, 1, blur), width, width, blur)
  const rows = Buffer.alloc((width + 1) * height)
  for (const [at, level] of levels.entries()) {
    const grey = level * light + (random() - 0.5) * 2 * noise
    rows[at + Math.floor(at / width) + 1] = Math.max(0, Math.min(255, grey))
  }
  const header = Buffer.alloc(13)
  header.writeUInt32BE(width, 0)
  header.writeUInt32BE(height, 4)
  // Eight bits of grey.
  header[8] = 8
  const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a])
  return Buffer.concat([
    signature,
    chunk('IHDR', header),
    chunk('IDAT', deflateSync(rows)),
    chunk('IEND', Buffer.alloc(0)),
  ])
}

function boxed(levels: Uint8Array, width: number, step: number, radius: number): Uint8Array {
  const [length, lines] = step === 1 ? [width, levels.length / width] : [levels.length / width, width]
  const out = new Uint8Array(levels.length)
  for (let line = 0; line < lines; line++) {
    const start = step === 1 ? line * width : line
    const at = (i: number): number => levels[start + Math.max(0, Math.min(length - 1, i)) * step]!
    let sum = 0
    for (let i = -radius; i <= radius; i++) sum += at(i)
    for (let i = 0; i < length; i++) {
      out[start + i * step] = sum / (2 * radius + 1)
      sum += at(i + radius + 1) - at(i - radius)
    }
  }
  return out
}

function chunk(type: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data])
  const length = Buffer.alloc(4)
  length.writeUInt32BE(data.length)
  const sum = Buffer.alloc(4)
  sum.writeUInt32BE(crc32(body))
  return Buffer.concat([length, body, sum])
}
