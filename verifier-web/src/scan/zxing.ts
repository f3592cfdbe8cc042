// The large reader: WebAssembly of our own origin, some 420 kB that come when somebody scans.
import { prepareZXingModule, type ReaderOptions, readBarcodes } from 'zxing-wasm/reader'
import wasm from 'zxing-wasm/reader/zxing_reader.wasm?url'
import type { CodeFormat, Decode } from './code.ts'
import { pixelsOf } from './pixels.ts'

type ZXingFormat = NonNullable<ReaderOptions['formats']>[number]

const NAMES: Record<CodeFormat, ZXingFormat> = {
  qr_code: 'QRCode',
  data_matrix: 'DataMatrix',
  ean_13: 'EAN13',
  ean_8: 'EAN8',
  upc_a: 'UPCA',
  upc_e: 'UPCE',
  code_128: 'Code128',
  databar: 'DataBar',
  databar_expanded: 'DataBarExp',
}
const FORMATS = new Map<string, CodeFormat>(
  (Object.entries(NAMES) as [CodeFormat, ZXingFormat][]).map(([format, name]) => [name, format]),
)

/** @throws where WebAssembly is barred, or its file cannot be had */
export async function zxingDecode(formats: readonly CodeFormat[]): Promise<Decode> {
  // It asks a foreign host for its file unless it is told where it lies.
  await prepareZXingModule({ overrides: { locateFile: () => wasm }, fireImmediately: true })
  const options: ReaderOptions = { formats: formats.map((format) => NAMES[format]), textMode: 'Plain' }
  return async (frame) => {
    const pixels = pixelsOf(frame)
    if (pixels === undefined) return []
    const found = await readBarcodes(pixels, options)
    return found.flatMap(({ isValid, format, symbology, text }) => {
      const known = FORMATS.get(format) ?? FORMATS.get(symbology)
      return isValid && known !== undefined ? [{ format: known, text }] : []
    })
  }
}
