import { LedgerError } from '../error.ts'
import { dataMatrix, type Matrix, qrMatrix } from './matrix.ts'
import { grouped, type Label } from './order.ts'

// Where everything stands on one label, in millimetres from its upper left corner. What is drawn and what printers are told come from here.

export interface Line {
  x: number
  /** Of its base line. */
  y: number
  /** Height of the letters' square. */
  size: number
  text: string
  bold?: boolean
}

export interface Placed {
  matrix: Matrix
  /** Of the first module: the quiet zone lies around it. */
  x: number
  y: number
  /** X-dimension: the side of a module. */
  module: number
}

export interface Face {
  width: number
  height: number
  symbols: Placed[]
  lines: Line[]
}

export type Symbols = 'qr' | 'datamatrix' | 'both'

/** Free edge, for printers that are not exact. */
const EDGE = 1.5
const GAP = 1
/** Two dots of the coarsest thermal printers (203 dpi): below it phones fail. */
export const LEAST_MODULE = 0.25
/** Read from arm's length; larger brings nothing. */
const BEST_MODULE = 0.5
/** The least that GS1 has for codes at a till (General Specifications, symbol specification table 1); above it the stronger correction is worth its modules. */
export const TILL_MODULE = 0.396
/** Some 4 points: the least that people read. */
const LEAST_TEXT = 1.4
const LEADING = 1.22
/** Names are made smaller until here, and then cut. */
const LEAST_NAME = 2
/** Letters grow so far where there is room. */
const MOST_GROWN = 1.5

/** What a symbol may take of a label, mm. */
interface Room {
  width: number
  height: number
  /** Dots of a millimetre. */
  dots: number
}

interface Wish {
  text: string
  size: number
  bold?: boolean
  /** Names are cut where they are too long; what identifies is made smaller. */
  cut?: boolean
}

/**
 * @param dots of a millimetre, where it is drawn in dots: modules are whole ones
 * @throws LedgerError LABEL_SPACE where code and text do not fit at sizes that can be read
 */
export function faceOf(
  label: Label,
  size: { width: number; height: number },
  symbols: Symbols,
  dots: number = Number.POSITIVE_INFINITY,
): Face {
  const drawn: Placed[] = []
  const room = { width: size.width - 2 * EDGE, height: size.height - 2 * EDGE, dots }
  const share = symbols === 'both' ? 0.33 : 0.44
  let left = EDGE
  let right = size.width - EDGE
  if (symbols !== 'datamatrix') {
    const placed = place(linkMatrix(label.link, room, share), room, share, size.height)
    drawn.push({ ...placed, x: left + quietOf(placed) })
    left += sideOf(placed) + GAP
  }
  if (symbols !== 'qr') {
    const placed = place(dataMatrix(label.elements), room, share, size.height)
    if (symbols === 'both') {
      right -= sideOf(placed)
      drawn.push({ ...placed, x: right + quietOf(placed) })
      right -= GAP
    } else {
      drawn.push({ ...placed, x: left + quietOf(placed) })
      left += sideOf(placed) + GAP
    }
  }
  return { ...size, symbols: drawn, lines: linesOf(wishes(label), left, right - left, size.height) }
}

/** The strongest correction at which modules stay large: level Q survives a scratch of a quarter, M of a seventh. */
export function linkMatrix(link: string, room: Room, share: number): Matrix {
  const strong = qrMatrix(link, 'Q')
  return moduleOf(strong, room, share) >= TILL_MODULE ? strong : qrMatrix(link, 'M')
}

function place(matrix: Matrix, room: Room, share: number, height: number): Placed {
  const module = moduleOf(matrix, room, share)
  if (module < LEAST_MODULE)
    throw new LedgerError('LABEL_SPACE', `modules of ${module.toFixed(2)} mm; ${LEAST_MODULE} mm are the least`)
  return { matrix, module, x: 0, y: (height - matrix.height * module) / 2 }
}

function moduleOf({ width, height, quiet }: Matrix, room: Room, share: number): number {
  const most = Math.min((room.width * share) / (width + 2 * quiet), room.height / (height + 2 * quiet))
  return wholeDots(Math.min(BEST_MODULE, most), room.dots)
}

/** As many whole dots as fit; as it is where nothing is drawn in dots. @param dots of a millimetre */
export function wholeDots(module: number, dots: number): number {
  return Number.isFinite(dots) ? Math.floor(module * dots + 0.01) / dots : module
}

function sideOf({ matrix, module }: Placed): number {
  return (matrix.width + 2 * matrix.quiet) * module
}

function quietOf({ matrix, module }: Placed): number {
  return matrix.quiet * module
}

function wishes({ order, serial, elements }: Label): Wish[] {
  const { language, name, spec, lot, expiry } = order
  const words = language === 'zh' ? WORDS.zh : WORDS.en
  const told = (text: { zh: string; en: string } | undefined): string => text?.[language] || text?.en || text?.zh || ''
  return [
    { text: told(name), size: 3, bold: true, cut: true },
    { text: told(spec), size: 2.2, cut: true },
    { text: lot === undefined ? '' : `${words.lot} ${lot}`, size: 2.3 },
    { text: expiry === undefined ? '' : `${words.expiry} ${expiry}`, size: 2.3 },
    { text: `${words.serial} ${grouped(serial)}`, size: 2.3, bold: true },
    ...[...elements].map(([ai, value]) => ({ text: `(${ai}) ${value}`, size: 1.8 })),
  ].filter(({ text }) => text !== '')
}

const WORDS = {
  zh: { lot: '批号', expiry: '到期', serial: '序列号' },
  en: { lot: 'Lot', expiry: 'Expires', serial: 'Serial' },
} as const

/** As large as they may be and fit, the same for all lines but those that are too long. @throws LedgerError LABEL_SPACE */
export function linesOf(asked: readonly Wish[], x: number, width: number, height: number): Line[] {
  const room = height - 2 * EDGE
  const tall = (lines: readonly Wish[]): number => lines.reduce((sum, { size }) => sum + size * LEADING, 0)
  let free = room - tall(asked)
  const wishes = asked.flatMap((wish) => {
    // A name takes a second line before it is cut, where there is one.
    const more = wish.size * LEADING
    if (!wish.cut || free < more || widest(wish, width) >= LEAST_NAME) return [wish]
    free -= more
    return broken(wish, width / LEAST_NAME)
  })
  // What is cut in any case holds nothing back.
  const longest = Math.min(
    ...wishes.map((wish) => {
      const ratio = widest(wish, width) / wish.size
      return wish.cut && ratio < 1 ? MOST_GROWN : ratio
    }),
  )
  const grown = Math.max(1, Math.min(MOST_GROWN, longest, room / tall(wishes)))
  const fitted = wishes.map((wish) => {
    const size = wish.size * grown
    const fits = widest(wish, width)
    if (wish.cut) {
      const named = Math.min(size, Math.max(fits, LEAST_NAME))
      return { ...wish, size: named, text: fits < named ? cut(wish, width / named) : wish.text }
    }
    return { ...wish, size: Math.min(size, fits) }
  })
  const scale = Math.min(1, room / tall(fitted))
  const least = Math.min(...fitted.map(({ size }) => size * scale))
  if (width <= 0 || least < LEAST_TEXT)
    throw new LedgerError(
      'LABEL_SPACE',
      `letters of ${Math.max(0, least).toFixed(1)} mm; ${LEAST_TEXT} mm are the least`,
    )
  let y = (height - tall(fitted) * scale) / 2
  return fitted.map(({ text, size, bold }) => {
    y += size * scale * LEADING
    return { x, y: y - size * scale * (LEADING - 0.9), size: size * scale, text, ...(bold && { bold }) }
  })
}

/** The size at which a text is as wide as this. */
function widest({ text, bold }: Wish, width: number): number {
  return width / widthOf(text, bold === true)
}

/** In squares of the letters, on the generous side, for no font is known. */
function widthOf(text: string, bold: boolean): number {
  let width = 0
  for (const character of text) width += WIDTHS.find(([kind]) => kind.test(character))![1]
  return width * (bold ? 1.1 : 1)
}

const WIDTHS: readonly [RegExp, number][] = [
  [/[\u1100-\u{10ffff}]/u, 1],
  // One width for all, so that the letters of labels of one length are of one size.
  [/[A-Z0-9@%&]/, 0.76],
  [/./su, 0.64],
]

/** @param squares that there is room for */
function cut({ text, bold }: Wish, squares: number): string {
  let kept = ''
  for (const character of text) {
    if (widthOf(`${kept}${character}…`, bold === true) > squares) break
    kept += character
  }
  return `${kept.trimEnd()}…`
}

/** What stands in words between blanks: letters of alphabets, with their accents, and what is written beside them. */
const OF_A_WORD = /[!-~]|(?![\p{sc=Han}\p{sc=Hira}\p{sc=Kana}\p{sc=Hang}])[\p{L}\p{M}\p{N}]/u

/**
 * A name on two lines of about one length: between words, or between letters that are written without blanks, and never so that a bracket or a comma
 * stands on the wrong line. @param squares that a line has room for
 */
function broken(wish: Wish, squares: number): Wish[] {
  const signs = [...wish.text]
  const widths = signs.map((sign) => widthOf(sign, wish.bold === true))
  const middle = Math.min(widths.reduce((sum, width) => sum + width, 0) / 2, squares)
  let [at, off, before] = [0, Number.POSITIVE_INFINITY, 0]
  for (let i = 1; i < signs.length; i++) {
    before += widths[i - 1]!
    if (before > squares) break
    const [last, next] = [signs[i - 1]!, signs[i]!]
    const isInWord = OF_A_WORD.test(last) && OF_A_WORD.test(next)
    if (isInWord || /[(（【《“]/.test(last) || /[)）】》”，。、,.;:!?]/.test(next)) continue
    if (Math.abs(before - middle) < off) [at, off] = [i, Math.abs(before - middle)]
  }
  const [first, rest] = [signs.slice(0, at).join('').trim(), signs.slice(at).join('').trim()]
  return first === '' || rest === '' ? [wish] : [first, rest].map((text) => ({ ...wish, text }))
}
