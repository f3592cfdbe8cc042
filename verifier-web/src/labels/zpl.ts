import type { Grid } from './client.ts'
import { type SealedPack, type SealedWords, sealedPart } from './sealed.ts'

// ZPL II (Zebra Programming Guide) that this device finishes or makes: letters that a printer may have no font for are dots, drawn with the fonts of this device.

/** Dots, 1 where one is black, row by row. */
export interface Dots {
  width: number
  height: number
  dark: Uint8Array
}

/** Draws one line of text, `size` dots high. */
export type DrawText = (text: string, size: number, bold: boolean) => Dots

/** Dots of a millimetre of the printers that ZPL is asked for: 203 dpi. */
const DOTS = 8
const [ONES, TWENTIES] = ['GHIJKLMNOPQRSTUVWXY', 'ghijklmnopqrstuvwxyz']
/** A line of the node's whose letters are not of ASCII: in a font that the printer may not have. */
const OTHER_LETTERS = /^\^FO(\d+),(\d+)\^A@N,(\d+),\d+,[A-Z]:[A-Z0-9_.]+\^FH_\^FD([ -~]*)\^FS$/

/** The node's labels, with dots in place of letters that are not of ASCII. */
export function withDrawnText(zpl: string, draw: DrawText): string {
  return zpl
    .split('\n')
    .map((line) => {
      const [, x, y, size, field] = OTHER_LETTERS.exec(line) ?? []
      return field === undefined ? line : `^FO${x},${y}${graphic(draw(textOf(field), Number(size), false))}^FS`
    })
    .join('\n')
}

/** Sealed codes as labels of a roll. Undefined where one does not fit. */
export function sealedZpl(
  { label }: Grid,
  packs: readonly SealedPack[],
  words: SealedWords,
  draw: DrawText,
): string | undefined {
  const at = (mm: number): number => Math.round(mm * DOTS)
  const formats: string[] = []
  for (const pack of packs) {
    const part = sealedPart(pack, label, words, DOTS)
    if (part === undefined) return undefined
    const lines = part.lines.map(({ text, x, y, size, bold }) => {
      const drawn = draw(text, at(size), bold)
      return `^FO${at(x)},${at(y - 0.85 * size)}${graphic(drawn)}^FS`
    })
    const code = `^FO${at(part.x)},${at(part.y)}${graphic(enlarged(part.modules, Math.round(part.module * DOTS)))}^FS`
    formats.push(['^XA', `^PW${at(label.width)}^LL${at(label.height)}^LH0,0`, code, ...lines, '^XZ\n'].join('\n'))
  }
  return formats.join('')
}

/** Dots as `^GF`, a row that is like the one before as `:`, runs by their length. */
export function graphic({ width, height, dark }: Dots): string {
  const bytes = Math.ceil(width / 8)
  let data = ''
  let before: string | undefined
  for (let y = 0; y < height; y++) {
    let row = ''
    for (let nibble = 0; nibble < 2 * bytes; nibble++) {
      let value = 0
      for (let i = 4 * nibble; i < 4 * nibble + 4; i++) value = 2 * value + (i < width ? dark[y * width + i]! : 0)
      row += value.toString(16).toUpperCase()
    }
    data += row === before ? ':' : row.replace(/(.)\1*/g, (run, digit: string) => times(run.length, digit))
    before = row
  }
  return `^GFA,${bytes * height},${bytes * height},${bytes},${data}`
}

function times(count: number, digit: string): string {
  if (count < 3) return digit.repeat(count)
  if (count > 400) return times(400, digit) + times(count - 400, digit)
  const [twenties, ones] = [Math.floor(count / 20), count % 20]
  return (twenties > 0 ? TWENTIES[twenties - 1]! : '') + (ones > 0 ? ONES[ones - 1]! : '') + digit
}

function enlarged(modules: readonly (readonly boolean[])[], side: number): Dots {
  const [rows, columns] = [modules.length * side, (modules[0]?.length ?? 0) * side]
  const dark = new Uint8Array(rows * columns)
  for (let y = 0; y < rows; y++)
    for (let x = 0; x < columns; x++)
      if (modules[Math.floor(y / side)]![Math.floor(x / side)]) dark[y * columns + x] = 1
  return { width: columns, height: rows, dark }
}

/** What stands in a field under `^FH_`, UTF-8. */
function textOf(field: string): string {
  const bytes: number[] = []
  for (let i = 0; i < field.length; i++) {
    const hex = field[i] === '_' ? field.slice(i + 1, i + 3) : ''
    if (/^[0-9A-F]{2}$/.test(hex)) {
      bytes.push(Number.parseInt(hex, 16))
      i += 2
    } else bytes.push(field.charCodeAt(i))
  }
  return new TextDecoder().decode(Uint8Array.from(bytes))
}

/** Draws with the fonts of this device. Half covered dots are black from half on: a thermal printer has no grey. */
export function drawOnCanvas(text: string, size: number, bold: boolean): Dots {
  const canvas = document.createElement('canvas')
  const pen = (): CanvasRenderingContext2D => {
    const context = canvas.getContext('2d', { willReadFrequently: true })!
    context.font = `${bold ? '700' : '500'} ${size}px ${getComputedStyle(document.body).fontFamily}`
    context.textBaseline = 'alphabetic'
    return context
  }
  canvas.width = Math.max(1, Math.ceil(pen().measureText(text).width))
  // Room for what hangs below the base line, which lies where the node puts it.
  canvas.height = Math.ceil(1.2 * size)
  const context = pen()
  context.fillText(text, 0, Math.round(0.85 * size))
  const { data } = context.getImageData(0, 0, canvas.width, canvas.height)
  const dark = Uint8Array.from({ length: canvas.width * canvas.height }, (_, i) => (data[4 * i + 3]! > 127 ? 1 : 0))
  return { width: canvas.width, height: canvas.height, dark }
}
