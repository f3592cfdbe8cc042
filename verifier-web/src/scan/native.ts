import type { Code, CodeFormat, Decode } from './code.ts'

interface Detector {
  detect(source: ImageBitmapSource): Promise<{ format?: string; rawValue: string }[]>
}

interface DetectorClass {
  new (options: { formats: string[] }): Detector
  getSupportedFormats(): Promise<string[]>
}

/** What no detector of a browser reads, and goods are rarely marked with alone. */
const SPARE: ReadonlySet<CodeFormat> = new Set(['upc_e', 'code_128', 'databar', 'databar_expanded'])

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
    return async (frame) => (await detector.detect(frame)).map(codeOf)
  } catch {
    return undefined
  }
}

function codeOf({ format, rawValue }: { format?: string; rawValue: string }): Code {
  // Some give FNC1 in first position as GS, which says nothing more here.
  return {
    format: (format ?? 'qr_code') as CodeFormat,
    text: rawValue.startsWith('\x1d') ? rawValue.slice(1) : rawValue,
  }
}
