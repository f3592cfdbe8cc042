// The small reader: QR codes alone, 15 kB, while the large one is on its way or where the browser runs no WebAssembly.
import { decodeQRBatch } from 'qr/decode.js'
import type { Decode } from './code.ts'
import { pixelsOf } from './pixels.ts'

/** Tries beyond the first, of other corners and finer pictures. */
const EFFORT = 64
/** For these tries together: a camera looks again anyway, a photo is looked at once. */
const [GLANCE_MS, LOOK_MS] = [80, 2000]

let mirror = false

export const smallDecode: Decode = async (frame) => {
  const pixels = pixelsOf(frame)
  if (pixels === undefined) return []
  const isStill = frame instanceof ImageBitmap
  const texts = await textsOf(pixels, isStill ? LOOK_MS : GLANCE_MS)
  // A code seen from behind, through glass or film, or by a camera that shows a mirror.
  mirror = !mirror
  if (texts.length === 0 && (isStill || mirror))
    texts.push(...(await textsOf(mirrored(pixels), isStill ? LOOK_MS : GLANCE_MS)))
  return texts.map((text) => ({ format: 'qr_code', text }))
}

async function textsOf(pixels: ImageData, timeLimit: number): Promise<string[]> {
  const { width, height } = pixels
  const [found = []] = await decodeQRBatch([pixels], { effort: EFFORT, timeLimit, maxSize: { width, height } })
  // Where it finds no more, the last is an error.
  return found.filter((one) => typeof one === 'string')
}

function mirrored(pixels: ImageData): ImageData {
  const { data, width, height } = pixels
  const points = new Uint32Array(data.buffer, data.byteOffset, width * height)
  for (let row = 0; row < height; row++) points.subarray(row * width, (row + 1) * width).reverse()
  return pixels
}
