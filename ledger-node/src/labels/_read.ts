import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { prepareZXingModule, readBarcodes } from 'zxing-wasm/reader'

// A decoder that shares no code with what drew: zxing-cpp as WebAssembly.

const wasm = readFileSync(createRequire(import.meta.url).resolve('zxing-wasm/reader/zxing_reader.wasm'))

export interface Read {
  format: string
  text: string
  /** `]d2` and `]Q3` say that it is GS1's. */
  identifier: string
}

/** Every symbol in a picture: an encoded one, or pixels. */
export async function readSymbols(
  picture: Uint8Array | { data: Uint8ClampedArray; width: number; height: number },
): Promise<Read[]> {
  const wasmBinary = wasm.buffer.slice(wasm.byteOffset, wasm.byteOffset + wasm.length) as ArrayBuffer
  await prepareZXingModule({ overrides: { wasmBinary }, fireImmediately: true })
  const found = await readBarcodes(picture as Uint8Array, {
    textMode: 'Plain',
    maxNumberOfSymbols: 255,
    tryHarder: true,
  })
  return found
    .filter(({ isValid }) => isValid)
    .map(({ format, text, symbologyIdentifier }) => ({ format, text, identifier: symbologyIdentifier }))
}

/** The symbols of an SVG of ours as pixels: of its groups and paths alone, which is all that codes are made of. */
export function rasterised(svg: string, dotsPerMm: number): { data: Uint8ClampedArray; width: number; height: number } {
  const [, w, h] = /viewBox="0 0 ([\d.]+) ([\d.]+)"/.exec(svg)!
  const [width, height] = [Math.ceil(Number(w) * dotsPerMm), Math.ceil(Number(h) * dotsPerMm)]
  const data = new Uint8ClampedArray(width * height * 4).fill(255)
  let [gx, gy] = [0, 0]
  for (const tag of svg.match(/<(?:g|path) [^>]*>/g) ?? []) {
    const [x = 0, y = 0] = (/translate\(([-\d.]+) ([-\d.]+)\)/.exec(tag) ?? []).slice(1).map(Number)
    if (tag.startsWith('<g')) {
      ;[gx, gy] = [x, y]
      continue
    }
    const scale = Number(/scale\(([\d.]+)\)/.exec(tag)?.[1] ?? 1)
    for (const [, mx, my, run] of tag.matchAll(/M(\d+) (\d+)h(\d+)v1H\d+z/g)) {
      const at = (origin: number, modules: number): number => Math.round((origin + modules * scale) * dotsPerMm)
      for (let py = at(gy + y, Number(my)); py < at(gy + y, Number(my) + 1); py++)
        for (let px = at(gx + x, Number(mx)); px < at(gx + x, Number(mx) + Number(run)); px++)
          data.fill(0, (py * width + px) * 4, (py * width + px) * 4 + 3)
    }
  }
  return { data, width, height }
}
