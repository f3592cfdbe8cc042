// What reading codes gives, whoever reads them.

/** Kinds of codes, by the names of the Barcode Detection API. */
export type CodeFormat =
  | 'qr_code'
  | 'data_matrix'
  | 'ean_13'
  | 'ean_8'
  | 'upc_a'
  | 'upc_e'
  | 'code_128'
  | 'itf'
  | 'databar'
  | 'databar_expanded'

/** One code in a picture. `text`: as printed, FNC1 between elements as GS (U+001D), without a symbology identifier. */
export interface Code {
  format: CodeFormat
  text: string
}

/** A line across half of an ITF-14 is an ITF of fewer digits, which may pass for another number. */
export function isWhole({ format, text }: Code): boolean {
  return format !== 'itf' || /^\d{14}$/.test(text)
}

/** What a camera or a photo gives. */
export type Frame = HTMLVideoElement | ImageBitmap

/** All codes that are in a picture. */
export type Decode = (frame: Frame) => Promise<Code[]>

/** Goods, and what is around them. */
export const GOODS_FORMATS: readonly CodeFormat[] = [
  'qr_code',
  'data_matrix',
  'ean_13',
  'ean_8',
  'upc_a',
  'upc_e',
  'code_128',
  'itf',
  'databar',
  'databar_expanded',
]
