import { LedgerError } from '../error.ts'
import { type Face, LEAST_MODULE, type Line, type Placed } from './face.ts'
import { drawMatrix, raster } from './raster.ts'
import { invalid } from './serials.ts'
import { graphicField } from './zpl-graphic.ts'

// ZPL II (Zebra Programming Guide): symbols as dots, text in the printer's fonts. Read back in tests as a printer draws it, on no printer itself.

export interface ZplOptions {
  /** Dots of a millimetre: 8 (203 dpi), 12 (300) or 24 (600). */
  dots: number
  /** A font on the printer that has the letters beyond ASCII. */
  font: string
}

const DOTS = new Map([
  ['203', 8],
  ['300', 12],
  ['600', 24],
])
/** As most printers sold in China have it. */
const FONT = 'E:SIMSUN.FNT'

/** @throws LedgerError LABEL_INVALID */
export function zplOptions(dpi = '203', font: string = FONT): ZplOptions {
  const dots = DOTS.get(dpi)
  if (dots === undefined) throw invalid(`a printer has ${[...DOTS.keys()].join(', ')} dpi`)
  // The name stands in a command, where nothing is escaped.
  if (!/^[A-Z]:[A-Z0-9_]{1,16}\.(FNT|TTF|TTE)$/.test(font))
    throw invalid('a font on the printer is called E:SIMSUN.FNT')
  return { dots, font }
}

/** The format of one label. @throws LedgerError LABEL_SPACE where a printer's whole dots do not fit */
export function zplLabel(face: Face, options: ZplOptions): string {
  const dots = (mm: number): number => Math.round(mm * options.dots)
  return [
    `^XA^CI28^PW${dots(face.width)}^LL${dots(face.height)}^LH0,0`,
    ...face.symbols.map((placed) => symbolField(placed, options)),
    ...face.lines.map((line) => textField(line, options)),
    '^XZ\n',
  ].join('\n')
}

/** Text of a field under `^FH_`: nothing in it is a command, a prefix or an escape. Beyond ASCII it is UTF-8, as `^CI28` reads it. */
export function zplText(text: string): string {
  let field = ''
  for (const byte of Buffer.from(text, 'utf8')) {
    const isPlain = byte >= 0x20 && byte < 0x7f && !COMMANDS.has(byte)
    field += isPlain ? String.fromCharCode(byte) : `_${byte.toString(16).toUpperCase().padStart(2, '0')}`
  }
  return field
}

/** `^` and `~` begin commands, `\` a line break, `_` an escape of this field. */
const COMMANDS = new Set([...'^~\\_'].map((c) => c.charCodeAt(0)))

/** The very modules that were drawn and read back: a printer's own `^BQ` chooses version and mask by itself, and none of that could be checked. */
function symbolField({ matrix, x, y, module }: Placed, { dots }: ZplOptions): string {
  const side = Math.floor(module * dots + 0.01)
  if (side / dots < LEAST_MODULE)
    throw new LedgerError('LABEL_SPACE', `modules of ${side} dots; ${LEAST_MODULE} mm are the least`)
  const on = raster(matrix.width * side, matrix.height * side)
  drawMatrix(on, matrix, 0, 0, side)
  return `^FO${Math.round(x * dots)},${Math.round(y * dots)}${graphicField(on)}^FS`
}

function textField({ x, y, size, text }: Line, { dots, font }: ZplOptions): string {
  const height = Math.max(8, Math.round(size * dots))
  const isAscii = /^[\x20-\x7e]*$/.test(text)
  const letters = isAscii ? `^A0N,${height},${Math.round(height * 0.9)}` : `^A@N,${height},${height},${font}`
  return `^FO${Math.round(x * dots)},${Math.max(0, Math.round((y - size * 0.85) * dots))}${letters}^FH_^FD${zplText(text)}^FS`
}
