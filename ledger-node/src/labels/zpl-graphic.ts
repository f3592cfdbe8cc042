import type { Raster } from './raster.ts'

// `^GF` of ZPL II (Zebra Programming Guide): a picture of dots in hexadecimal, shortened as all printers that know `^GF` read it.

/** `G` to `Y` say that what follows stands 1 to 19 times, `g` to `z` 20 to 400. */
const [ONES, TWENTIES] = ['GHIJKLMNOPQRSTUVWXY', 'ghijklmnopqrstuvwxyz']

/** The dots as one command. Only digits, letters and signs that no command begins with are in it. */
export function graphicField({ width, height, dark }: Raster): string {
  const bytes = Math.ceil(width / 8)
  let data = ''
  let before: string | undefined
  for (let y = 0; y < height; y++) {
    const row = hexOf(dark.subarray(y * width, (y + 1) * width), bytes)
    // `:` is the row before once more: of a module's rows all but the first.
    data += row === before ? ':' : shortened(row)
    before = row
  }
  return `^GFA,${bytes * height},${bytes * height},${bytes},${data}`
}

function hexOf(dots: Uint8Array, bytes: number): string {
  let hex = ''
  for (let nibble = 0; nibble < 2 * bytes; nibble++) {
    let value = 0
    for (let i = 0; i < 4; i++) value = 2 * value + (dots[4 * nibble + i] ?? 0)
    hex += value.toString(16).toUpperCase()
  }
  return hex
}

/** `,`: white to the end of the row, `!`: black. */
function shortened(row: string): string {
  const tail = /(0+|F+)$/.exec(row)?.[0] ?? ''
  const kept = tail.length > 1 ? row.slice(0, -tail.length) : row
  const end = kept === row ? '' : tail.startsWith('0') ? ',' : '!'
  return kept.replace(/(.)\1*/g, (run, digit: string) => times(run.length, digit)) + end
}

function times(count: number, digit: string): string {
  if (count < 3) return digit.repeat(count)
  if (count > 400) return times(400, digit) + times(count - 400, digit)
  const [twenties, ones] = [Math.floor(count / 20), count % 20]
  return (twenties > 0 ? TWENTIES[twenties - 1]! : '') + (ones > 0 ? ONES[ones - 1]! : '') + digit
}
