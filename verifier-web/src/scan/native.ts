import { type Code, type CodeFormat, type Decode, isWhole } from './code.ts'

interface Detector {
  detect(source: ImageBitmapSource): Promise<{ format?: string; rawValue: string }[]>
}

interface DetectorClass {
  new (options: { formats: string[] }): Detector
  getSupportedFormats(): Promise<string[]>
}

/** What no detector of a browser reads, and goods are rarely marked with alone. */
const SPARE: ReadonlySet<CodeFormat> = new Set(['upc_e', 'code_128', 'itf', 'databar', 'databar_expanded'])

/**
 * The browser's own reader (Barcode Detection API), if it says that it reads these; undefined otherwise. Present and without formats means absent:
 * on phones without Google's services it is an empty shell.
 */
export async function nativeDecode(formats: readonly CodeFormat[]): Promise<Decode | undefined> {
  const { BarcodeDetector } = globalThis as { BarcodeDetector?: DetectorClass }
  if (BarcodeDetector === undefined) return undefined
  try {
    const supported = await BarcodeDetector.getSupportedFormats()
    if (formats.some((format) => !SPARE.has(format) && !supported.includes(format))) return undefined
    const detector = new BarcodeDetector({ formats: formats.filter((format) => supported.includes(format)) })
    return async (frame) => (await detector.detect(frame)).map(codeOf).filter(isWhole)
  } catch {
    return undefined
  }
}

function codeOf({ format, rawValue }: { format?: string; rawValue: string }): Code {
  if (format === 'upc_e') return { format, text: wholeUpc(rawValue) }
  // Some give FNC1 in first position as GS, which says nothing more here.
  return {
    format: (format ?? 'qr_code') as CodeFormat,
    text: rawValue.startsWith('\x1d') ? rawValue.slice(1) : rawValue,
  }
}

/**
 * The number that a UPC-E stands for, as the large reader gives it (General Specifications §5.2.2.4.2): eight digits with zeros left out, which would
 * pass for another product's EAN-8.
 */
function wholeUpc(short: string): string {
  if (!/^\d{8}$/.test(short)) return short
  const [system, maker, rest, last, check] = [
    short[0],
    short.slice(1, 6),
    short.slice(3, 6),
    Number(short[6]),
    short[7],
  ]
  const body =
    last < 3
      ? `${maker.slice(0, 2)}${last}0000${rest}`
      : last === 3
        ? `${maker.slice(0, 3)}00000${maker.slice(3)}`
        : last === 4
          ? `${maker.slice(0, 4)}00000${maker.slice(4)}`
          : `${maker}0000${last}`
  return `0${system}${body}${check}`
}
