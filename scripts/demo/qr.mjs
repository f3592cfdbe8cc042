import { createRequire } from 'node:module'

const { create } = createRequire(new URL('../../ledger-node/package.json', import.meta.url))('qrcode')

/** White on the left and right, as a reader needs it; ISO/IEC 18004 asks for four modules, phones are content with two. */
const QUIET = 2
/** Black on white whatever the terminal's own colours are. */
const [INK, END] = ['\x1b[38;5;16;48;5;231m', '\x1b[0m']

/** A QR code for a terminal: one character for two modules, one above the other. */
export function terminalQr(text) {
  const { size, data } = create(text, { errorCorrectionLevel: 'L' }).modules
  const dark = (row, column) =>
    row >= 0 && row < size && column >= 0 && column < size && data[row * size + column] === 1
  const lines = []
  for (let row = -QUIET; row < size + QUIET; row += 2) {
    let line = ''
    for (let column = -QUIET; column < size + QUIET; column++) {
      line += ' ▄▀█'[(dark(row, column) ? 2 : 0) + (dark(row + 1, column) ? 1 : 0)]
    }
    lines.push(`${INK}${line}${END}`)
  }
  return lines.join('\n')
}
