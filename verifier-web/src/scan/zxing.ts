// The large reader: WebAssembly of our own origin, some 420 kB that come when somebody scans.
import { prepareZXingModule, type ReaderOptions, readBarcodes } from 'zxing-wasm/reader'
import wasm from 'zxing-wasm/reader/zxing_reader.wasm?url'
import { type Code, type CodeFormat, type Decode, type Frame, isWhole } from './code.ts'
import { type Hold, pixelsOf } from './pixels.ts'

type ZXingFormat = NonNullable<ReaderOptions['formats']>[number]

const NAMES: Record<CodeFormat, ZXingFormat> = {
  qr_code: 'QRCode',
  data_matrix: 'DataMatrix',
  ean_13: 'EAN13',
  ean_8: 'EAN8',
  upc_a: 'UPCA',
  upc_e: 'UPCE',
  code_128: 'Code128',
  itf: 'ITF',
  databar: 'DataBar',
  databar_expanded: 'DataBarExp',
}
const FORMATS = new Map<string, CodeFormat>(
  (Object.entries(NAMES) as [CodeFormat, ZXingFormat][]).map(([format, name]) => [name, format]),
)

/** A way to look at a picture. */
interface Look {
  hold?: Hold
  how?: ReaderOptions
}

/** What else there is to try: bars aslant, codes that are far, shadow and glare. */
const OTHERS: readonly Look[] = [
  { hold: { turn: 30 } },
  { hold: { zoom: 2 } },
  { hold: { turn: 60 } },
  { how: { binarizer: 'GlobalHistogram' } },
  { how: { tryDenoise: true } },
]

/** @throws where WebAssembly is barred, or its file cannot be had */
export async function zxingDecode(formats: readonly CodeFormat[]): Promise<Decode> {
  // It asks a foreign host for its file unless it is told where it lies.
  await prepareZXingModule({ overrides: { locateFile: () => wasm }, fireImmediately: true })
  const wanted = formats.map((format) => NAMES[format])
  const read = async (frame: Frame, { hold, how }: Look = {}): Promise<Code[]> => {
    const pixels = pixelsOf(frame, hold)
    if (pixels === undefined) return []
    const found = await readBarcodes(pixels, { formats: wanted, textMode: 'Plain', ...how })
    return found
      .flatMap(({ isValid, format, symbology, text }) => {
        const known = FORMATS.get(format) ?? FORMATS.get(symbology)
        return isValid && known !== undefined ? [{ format: known, text }] : []
      })
      .filter(isWhole)
  }
  let next = 0
  return async (frame) => {
    const codes = await read(frame)
    if (codes.length > 0) return codes
    // A camera looks again in a moment: one other way each time. A photo is looked at in all.
    const others = frame instanceof HTMLVideoElement ? [OTHERS[next++ % OTHERS.length]!] : OTHERS
    for (const look of others) {
      const more = await read(frame, look)
      if (more.length > 0) return more
    }
    return []
  }
}
