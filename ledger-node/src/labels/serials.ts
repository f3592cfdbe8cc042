import { randomInt } from 'node:crypto'
import { LedgerError } from '../error.ts'

/** Labels of one order: a roll of the largest printers, and an hour of printing. */
export const MAX_LABELS = 10_000
/** No 0, 1, I, O: nothing that is read as something else. 32 letters and digits, 5 bits each. */
const ALPHABET = '23456789ABCDEFGHJKLMNPQRSTUVWXYZ'
/** 60 bits: of a million packs of one product somebody who guesses meets one once in 10^12 tries. */
export const SERIAL_LENGTH = 12
const SHORTEST = 10
/** AI 21. */
const LONGEST = 20
/** A list of as many serials as there may be labels, with room for other columns. */
export const CSV_BYTES: number = 4 * 1024 * 1024

/** Serials that nobody guesses, each once. @throws LedgerError LABEL_INVALID */
export function randomSerials(count: number, length: number = SERIAL_LENGTH): string[] {
  checkCount(count)
  if (!Number.isInteger(length) || length < SHORTEST || length > LONGEST)
    throw invalid(`random serials have ${SHORTEST} to ${LONGEST} characters`)
  const serials = new Set<string>()
  while (serials.size < count) serials.add(Array.from({ length }, () => ALPHABET[randomInt(ALPHABET.length)]).join(''))
  return [...serials]
}

/** `prefix` and the numbers from … to, in as many digits as are written. Who sees one knows the others: @throws LedgerError LABEL_INVALID */
export function rangeSerials(from: string, to: string, prefix = ''): string[] {
  const digits = Math.max(from.length, to.length)
  if (!/^\d{1,15}$/.test(from) || !/^\d{1,15}$/.test(to) || Number(from) > Number(to))
    throw invalid('from and to are whole numbers, in this order')
  const count = Number(to) - Number(from) + 1
  checkCount(count)
  return Array.from({ length: count }, (_, i) => `${prefix}${String(Number(from) + i).padStart(digits, '0')}`)
}

/**
 * The serials of a table (RFC 4180, or one a line): the column `serial`, or the first where none is called so and the first line is one, too.
 * @throws LedgerError LABEL_INVALID
 */
export function tableSerials(text: string): string[] {
  if (text.length > CSV_BYTES) throw invalid('the list is too long')
  const rows = readTable(text.replace(/^\uFEFF/, ''))
  const named = (rows[0] ?? []).findIndex((cell) => /^(serial|serial_number|序列号|21)$/i.test(cell.trim()))
  const serials = rows
    .slice(named < 0 ? 0 : 1)
    .map((row) => (row[Math.max(named, 0)] ?? '').trim())
    .filter((serial) => serial !== '')
  return distinct(serials)
}

/** @throws LedgerError LABEL_INVALID where two packs would be one */
export function distinct(serials: readonly string[]): string[] {
  checkCount(serials.length)
  const seen = new Set<string>()
  for (const serial of serials) {
    if (seen.has(serial)) throw invalid(`the serial ${serial.slice(0, 20)} stands twice`)
    seen.add(serial)
  }
  return [...seen]
}

function readTable(text: string): string[][] {
  const rows: string[][] = []
  let row: string[] = []
  let cell = ''
  let quoted = false
  for (let i = 0; i < text.length; i++) {
    const c = text[i]!
    if (quoted) {
      if (c !== '"') cell += c
      else if (text[i + 1] === '"') cell += text[++i]!
      else quoted = false
    } else if (c === '"' && cell === '') quoted = true
    else if (c === ',' || c === ';' || c === '\t') {
      row.push(cell)
      cell = ''
    } else if (c === '\n') {
      row.push(cell.replace(/\r$/, ''))
      rows.push(row)
      ;[row, cell] = [[], '']
    } else cell += c
  }
  if (quoted) throw invalid('a quotation mark is not closed')
  if (cell !== '' || row.length > 0) rows.push([...row, cell.replace(/\r$/, '')])
  return rows
}

function checkCount(count: number): void {
  if (!Number.isInteger(count) || count < 1 || count > MAX_LABELS) throw invalid(`1 to ${MAX_LABELS} labels`)
}

/** @returns the error of an order that cannot be printed */
export function invalid(what: string): LedgerError {
  return new LedgerError('LABEL_INVALID', what)
}
