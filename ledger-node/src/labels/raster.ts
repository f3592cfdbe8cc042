import type { Matrix } from './matrix.ts'
import { GLYPH_HEIGHT, strokesOf } from './stroke-font.ts'

/** Black and white dots, 1 where one is black, row by row: what a PNG and a printer's graphics are made of. */
export interface Raster {
  width: number
  height: number
  dark: Uint8Array
}

export function raster(width: number, height: number): Raster {
  return { width, height, dark: new Uint8Array(width * height) }
}

/** The modules alone, each `side` dots wide and high, the first with its corner at x, y. Quiet zones are whoever places it to keep. */
export function drawMatrix(on: Raster, { width, height, dark }: Matrix, x: number, y: number, side: number): void {
  for (let my = 0; my < height; my++)
    for (let mx = 0; mx < width; mx++)
      if (dark[my * width + mx] === 1) fill(on, x + mx * side, y + my * side, side, side)
}

/** Of capitals, as part of the size of the letters, as most fonts have it. */
const CAPITALS = 0.72
/** From one letter to the next, in units of the grid that letters are drawn on. */
const ADVANCE = 5.2
const [THIN, BOLD] = [0.095, 0.13]

/** One line of text in strokes. @param size of the letters' square, in dots @param y of the base line @param most dots that it may be wide: beyond them it is made narrower */
export function drawText(
  on: Raster,
  text: string,
  { x, y, size, bold, most }: { x: number; y: number; size: number; bold?: boolean; most: number },
): void {
  const unit = (size * CAPITALS) / GLYPH_HEIGHT
  const letters = [...text]
  const across = Math.min(unit, most / (letters.length * ADVANCE))
  const radius = Math.max(0.6, (size * (bold === true ? BOLD : THIN)) / 2)
  letters.forEach((letter, i) => {
    const point = ([px, py]: readonly [number, number]): [number, number] => [
      x + radius + (i * ADVANCE + px) * across,
      y - radius + (py - GLYPH_HEIGHT) * unit,
    ]
    for (const stroke of strokesOf(letter)) {
      const points = stroke.map(point)
      points.forEach((to, at) => {
        drawLine(on, points[Math.max(0, at - 1)]!, to, radius)
      })
    }
  })
}

/** All dots whose middle is within the radius of the line. */
function drawLine(on: Raster, [x1, y1]: [number, number], [x2, y2]: [number, number], radius: number): void {
  const [dx, dy] = [x2 - x1, y2 - y1]
  const length = dx * dx + dy * dy
  for (let py = Math.floor(Math.min(y1, y2) - radius); py <= Math.max(y1, y2) + radius; py++)
    for (let px = Math.floor(Math.min(x1, x2) - radius); px <= Math.max(x1, x2) + radius; px++) {
      const [cx, cy] = [px + 0.5 - x1, py + 0.5 - y1]
      const along = length === 0 ? 0 : Math.min(1, Math.max(0, (cx * dx + cy * dy) / length))
      if ((cx - along * dx) ** 2 + (cy - along * dy) ** 2 <= radius * radius) fill(on, px, py, 1, 1)
    }
}

function fill({ width, height, dark }: Raster, x: number, y: number, w: number, h: number): void {
  const [from, to] = [Math.max(0, x), Math.min(width, x + w)]
  for (let row = Math.max(0, y); row < Math.min(height, y + h); row++)
    dark.fill(1, row * width + from, row * width + to)
}
