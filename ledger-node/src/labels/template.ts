import { invalid } from './serials.ts'

/** How labels lie on what is printed; all in millimetres. */
export interface Template {
  /** The page: a sheet, or one label of a roll. */
  width: number
  height: number
  columns: number
  rows: number
  label: { width: number; height: number }
  /** From the edge of the page to the first label, and from one label to the next. */
  left: number
  top: number
  stepX: number
  stepY: number
}

/** Sheets as they are sold, and the names that the command knows them by. */
export const SHEETS: Readonly<Record<string, Template>> = {
  'a4-3x8': sheet(3, 8, 70, 37, 0, 0.5),
  'a4-4x10': sheet(4, 10, 48.5, 25.4, 8, 21.5),
  'a4-2x7': { ...sheet(2, 7, 99.1, 38.1, 4.65, 15.15), stepX: 101.6 },
}

/** The smallest label with a code on it, and the widest that thermal printers take. */
const [LEAST, MOST] = [20, 110]

/** A sheet by its name, or one label of a roll, `50x30` (mm). @throws LedgerError LABEL_INVALID */
export function templateOf(name: string): Template {
  if (Object.hasOwn(SHEETS, name)) return SHEETS[name]!
  const sides = /^(\d{1,3}(?:\.\d)?)x(\d{1,3}(?:\.\d)?)$/.exec(name)?.slice(1).map(Number)
  if (sides === undefined || sides.some((side) => side < LEAST || side > MOST))
    throw invalid(
      `a template is one of ${Object.keys(SHEETS).join(', ')}, or a label of ${LEAST}x${LEAST} to ${MOST}x${MOST} mm`,
    )
  const [width, height] = sides as [number, number]
  return { width, height, columns: 1, rows: 1, label: { width, height }, left: 0, top: 0, stepX: width, stepY: height }
}

function sheet(columns: number, rows: number, width: number, height: number, left: number, top: number): Template {
  return { width: 210, height: 297, columns, rows, label: { width, height }, left, top, stepX: width, stepY: height }
}
