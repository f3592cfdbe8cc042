import { crc32, deflateSync } from 'node:zlib'
import type { Face } from './face.ts'
import type { Matrix } from './matrix.ts'
import { drawMatrix, drawText, type Raster, raster } from './raster.ts'

const SIGNATURE = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a])
const INCH = 25.4

/** A whole label: its symbols in whole dots, and its text beside them, which is drawn in strokes and has to be drawable. */
export function labelPng({ width, height, symbols, lines }: Face, dpi: number): Buffer {
  const dots = dpi / INCH
  const on = raster(Math.round(width * dots), Math.round(height * dots))
  for (const { matrix, x, y, module } of symbols)
    drawMatrix(on, matrix, Math.round(x * dots), Math.round(y * dots), Math.floor(module * dots + 0.01))
  const end = Math.min(width, ...symbols.map(({ matrix, x, module }) => rightOf(x, matrix.quiet * module, lines[0]?.x)))
  for (const { x, y, size, text, bold } of lines)
    drawText(on, text, { x: x * dots, y: y * dots, size: size * dots, most: (end - x) * dots, ...(bold && { bold }) })
  return png(on, dpi)
}

/** Where text ends: before a symbol that stands to the right of it. */
function rightOf(x: number, quiet: number, text = 0): number {
  return x > text ? x - quiet : Number.POSITIVE_INFINITY
}

/** A symbol alone with its quiet zone. @param scale dots of a module's side */
export function symbolPng(matrix: Matrix, scale: number, dpi: number): Buffer {
  const { width, height, quiet } = matrix
  const on = raster((width + 2 * quiet) * scale, (height + 2 * quiet) * scale)
  drawMatrix(on, matrix, quiet * scale, quiet * scale, scale)
  return png(on, dpi)
}

/** A black and white PNG (ISO/IEC 15948): nothing is transparent. */
function png({ width, height, dark }: Raster, dpi: number): Buffer {
  const stride = 1 + Math.ceil(width / 8)
  const rows = Buffer.alloc(stride * height)
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++)
      // White is 1.
      if (dark[y * width + x] === 0) rows[y * stride + 1 + (x >> 3)]! |= 128 >> (x & 7)
  const header = Buffer.alloc(13)
  header.writeUInt32BE(width, 0)
  header.writeUInt32BE(height, 4)
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
