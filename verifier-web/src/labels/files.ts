import type { Order } from './client.ts'

/** A picture as its own address: it needs no request. */
export function asDataUrl(svg: string): string {
  return `data:image/svg+xml,${encodeURIComponent(svg)}`
}

/** Hands a file to whoever uses the page. */
export function save(blob: Blob, name: string): void {
  const url = URL.createObjectURL(blob)
  const link = Object.assign(document.createElement('a'), { href: url, download: name })
  link.click()
  // The download has its own hold of the data by then.
  setTimeout(() => URL.revokeObjectURL(url), 60_000)
}

/** What a spreadsheet takes for the beginning of a formula. */
const FORMULA = /^[\s"']*[=+\-@]/

/** The serial numbers as a table (RFC 4180), for the line that puts the labels on packs. */
export function serialTable({ product, lot = '', expiry = '', serials }: Order): Blob {
  const rows = [['serial', 'gtin', 'lot', 'expiry'], ...serials.map((serial) => [serial, product, lot, expiry])]
  const text = rows.map((row) => `${row.map(cell).join(',')}\r\n`).join('')
  return new Blob(['\uFEFF', text], { type: 'text/csv' })
}

function cell(value: string): string {
  const safe = FORMULA.test(value) ? `'${value}` : value
  return /[",;\t\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe
}
