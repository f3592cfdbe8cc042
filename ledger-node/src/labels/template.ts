import { invalid } from './serials.ts'

/** How labels lie on what is printed; all in millimetres. */
export interface Template {
  /** The page: a sheet, or one label of a roll. */
  width: number
  height: number
  columns: number
  rows: number
  /** Of each label, the part that is printed on. */
  label: { width: number; height: number }
  /** What stays free of a label around that part: on sheets whose labels end at the paper's edge, where printers do not print. */
  inset: { x: number; y: number }
  /** From the edge of the page to the first printed part, and from one to the next. */
  left: number
  top: number
  stepX: number
  stepY: number
}

const A4 = { width: 210, height: 297 }
const LETTER = { width: 215.9, height: 279.4 }

/** Sheets as they are sold, and the names that the command knows them by. */
export const SHEETS: Readonly<Record<string, Template>> = {
  'a4-3x8': inset(sheet(A4, 3, 8, 70, 37, 0, 0.5), 3, 2.5),
  'a4-4x10': sheet(A4, 4, 10, 48.5, 25.4, 8, 21.5),
  'a4-2x7': { ...sheet(A4, 2, 7, 99.1, 38.1, 4.65, 15.15), stepX: 101.6 },
  'letter-3x10': { ...sheet(LETTER, 3, 10, 66.675, 25.4, 4.763, 12.7), stepX: 69.85 },
  'letter-2x5': { ...sheet(LETTER, 2, 5, 101.6, 50.8, 3.969, 12.7), stepX: 104.775 },
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
  return {
    ...{ width, height, columns: 1, rows: 1, label: { width, height }, inset: { x: 0, y: 0 } },
    ...{ left: 0, top: 0, stepX: width, stepY: height },
  }
}

/** The template for one label at a time, which no paper's edge is near. */
export function wholeLabels(template: Template): Template {
  const { inset } = template
  return {
    ...template,
    label: wholeLabel(template),
    inset: { x: 0, y: 0 },
    left: template.left - inset.x,
    top: template.top - inset.y,
  }
}

/** A label with what stays free of it. */
export function wholeLabel({ label, inset }: Template): { width: number; height: number } {
  return { width: label.width + 2 * inset.x, height: label.height + 2 * inset.y }
}

function sheet(
  page: { width: number; height: number },
  columns: number,
  rows: number,
  width: number,
  height: number,
  left: number,
  top: number,
): Template {
  return {
    ...{ ...page, columns, rows, label: { width, height }, inset: { x: 0, y: 0 } },
    ...{ left, top, stepX: width, stepY: height },
  }
}

function inset(template: Template, x: number, y: number): Template {
  const { label, left, top } = template
  return {
    ...template,
    ...{ label: { width: label.width - 2 * x, height: label.height - 2 * y }, inset: { x, y } },
    ...{ left: left + x, top: top + y },
  }
}
