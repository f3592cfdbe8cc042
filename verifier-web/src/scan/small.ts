// The small reader: QR codes alone, 15 kB, while the large one is on its way or where the browser runs no WebAssembly.
import { decodeQR } from 'qr/decode.js'
import type { Decode } from './code.ts'
import { pixelsOf } from './pixels.ts'

export const smallDecode: Decode = (frame) => {
  const pixels = pixelsOf(frame)
  if (pixels === undefined) return Promise.resolve([])
  try {
    return Promise.resolve([{ format: 'qr_code', text: decodeQR(pixels) }])
  } catch {
    // It throws where it finds none.
    return Promise.resolve([])
  }
}
