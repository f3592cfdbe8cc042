import { applicationIdentifier, type Elements } from '@tristamp/protocol'
import bwip from 'bwip-js/node'
import { create, type QRCodeErrorCorrectionLevel } from 'qrcode'

/** A symbol without its quiet zone: dark modules by row, and the modules that must stay free on each side. */
export interface Matrix {
  kind: 'qr' | 'datamatrix'
  width: number
  height: number
  /** 1 where a module is dark, row by row. */
  dark: Uint8Array
  /** ISO/IEC 18004: 4 modules; ISO/IEC 16022: 1, here 2, for printers that bleed. */
  quiet: number
  /** Of a QR Code: how much of it may be lost. */
  level?: QRCodeErrorCorrectionLevel
}

/** A QR Code (ISO/IEC 18004) of the least version that holds the text at this level. */
export function qrMatrix(text: string, level: QRCodeErrorCorrectionLevel): Matrix {
  const { size, data } = create(text, { errorCorrectionLevel: level }).modules
  return { kind: 'qr', width: size, height: size, dark: Uint8Array.from(data, Number), quiet: 4, level }
}

/** A GS1 DataMatrix (ISO/IEC 16022 ECC 200, FNC1 first). Elements are checked before: none has the escape character of this library. */
export function dataMatrix(elements: Elements): Matrix {
  const [drawn] = bwip.raw({ bcid: 'datamatrix', text: withFnc1(elements, '^FNC1'), parsefnc: true } as never)
  if (drawn === undefined || !('pixs' in drawn)) throw new Error('no matrix was drawn')
  const { pixs, pixx, pixy } = drawn
  return { kind: 'datamatrix', width: pixx, height: pixy, dark: Uint8Array.from(pixs), quiet: 2 }
}

/** A GS1 element string as symbols carry it, with FNC1 in front and behind what has no fixed length (General Specifications §7.8). */
function withFnc1(elements: Elements, fnc1: string): string {
  let text = ''
  let open = true
  for (const [ai, value] of elements) {
    text += `${open ? fnc1 : ''}${ai}${value}`
    open = applicationIdentifier(ai)?.predefinedLength !== true
  }
  return text
}
