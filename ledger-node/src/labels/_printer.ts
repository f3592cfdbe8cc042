// A printer of ZPL for tests: of the commands that labels are made of, and no other. It draws dots as they are told, and where there is text a black box as
// large as the text may get, so that a symbol which text could run into is not read.

const TEXT = 0.62

/** One label as pixels. @throws Error for a command that it does not know */
export function printed(zpl: string): { data: Uint8ClampedArray; width: number; height: number } {
  const number = (command: string): number => Number(new RegExp(`\\^${command}(\\d+)`).exec(zpl)![1])
  const [width, height] = [number('PW'), number('LL')]
  const data = new Uint8ClampedArray(width * height * 4).fill(255)
  const black = (x: number, y: number): void => {
    if (x >= 0 && x < width && y >= 0 && y < height) data.fill(0, 4 * (y * width + x), 4 * (y * width + x) + 3)
  }
  let [x, y, letter] = [0, 0, 0]
  for (const [, command = '', parameters = ''] of zpl.matchAll(/\^([A-Z][A-Z0-9@])([^^]*)/g)) {
    const given = parameters.trim().split(',')
    switch (command) {
      case 'FO':
        ;[x, y] = [Number(given[0]), Number(given[1])]
        break
      case 'GF': {
        const bytes = Number(given[3])
        rowsOf(given.slice(4).join(','), bytes).forEach((row, line) => {
          for (let i = 0; i < 8 * bytes; i++)
            if ((Number.parseInt(row[i >> 2]!, 16) >> (3 - (i & 3))) & 1) black(x + i, y + line)
        })
        break
      }
      case 'A0':
      case 'A@':
        letter = Number(given[1])
        break
      case 'FD': {
        const text = Buffer.from(parameters.trim().replace(/_([0-9A-F]{2})/g, '%$1'), 'latin1').toString()
        const wide = [...decodeURIComponent(text.replace(/%(?![0-9A-F]{2})/g, '%25'))].reduce(
          (sum, character) => sum + (character > '\u1100' ? 1 : TEXT),
          0,
        )
        for (let py = 0; py < letter; py++) for (let px = 0; px < wide * letter; px++) black(x + px, y + py)
        break
      }
      case 'XA':
      case 'CI':
      case 'PW':
      case 'LL':
      case 'LH':
      case 'FH':
      case 'FS':
      case 'XZ':
        break
      default:
        throw new Error(`^${command}`)
    }
  }
  return { data, width, height }
}

/** Zebra's shortened hexadecimal as whole rows. */
function rowsOf(data: string, bytes: number): string[] {
  const rows: string[] = []
  let [row, times] = ['', 0]
  for (const sign of data) {
    if (sign === ':') rows.push(rows.at(-1)!)
    else if (sign === ',' || sign === '!') row = row.padEnd(2 * bytes, sign === ',' ? '0' : 'F')
    else if (/[G-Y]/.test(sign)) times += sign.charCodeAt(0) - 70
    else if (/[g-z]/.test(sign)) times += 20 * (sign.charCodeAt(0) - 102)
    else {
      row += sign.repeat(Math.max(1, times))
      times = 0
    }
    if (row.length > 2 * bytes) throw new Error('a row is too long')
    if (row.length === 2 * bytes) {
      rows.push(row)
      row = ''
    }
  }
  if (row !== '') throw new Error('a row is not whole')
  return rows
}
