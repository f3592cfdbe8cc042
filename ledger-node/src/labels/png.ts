import { crc32, deflateSync } from 'node:zlib'
import type { Matrix } from './matrix.ts'

const SIGNATURE = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a])

/** A symbol with its quiet zone as a black and white PNG (ISO/IEC 15948): nothing is transparent. @param scale pixels of a module's side */
export function symbolPng({ width, height, dark, quiet }: Matrix, scale: number, dpi: number): Buffer {
  const [w, h] = [(width + 2 * quiet) * scale, (height + 2 * quiet) * scale]
  const stride = 1 + Math.ceil(w / 8)
  const rows = Buffer.alloc(stride * h)
  for (let y = 0; y < h; y++) {
    const my = Math.floor(y / scale) - quiet
    for (let x = 0; x < w; x++) {
      const mx = Math.floor(x / scale) - quiet
      const isDark = mx >= 0 && my >= 0 && mx < width && my < height && dark[my * width + mx] === 1
      // White is 1.
      if (!isDark) rows[y * stride + 1 + (x >> 3)]! |= 128 >> (x & 7)
    }
  }
  const header = Buffer.alloc(13)
  header.writeUInt32BE(w, 0)
  header.writeUInt32BE(h, 4)
  // One bit of grey.
  header[8] = 1
  const density = Buffer.alloc(9)
  density.writeUInt32BE(Math.round(dpi / 0.0254), 0)
  density.writeUInt32BE(Math.round(dpi / 0.0254), 4)
  density[8] = 1
  return Buffer.concat([
    SIGNATURE,
    chunk('IHDR', header),
    chunk('pHYs', density),
    chunk('IDAT', deflateSync(rows)),
    chunk('IEND', Buffer.alloc(0)),
  ])
}

function chunk(type: string, data: Buffer): Buffer {
  const typed = Buffer.concat([Buffer.from(type, 'latin1'), data])
  const whole = Buffer.alloc(data.length + 12)
  whole.writeUInt32BE(data.length, 0)
  typed.copy(whole, 4)
  whole.writeUInt32BE(crc32(typed), data.length + 8)
  return whole
}
