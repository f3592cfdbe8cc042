import {
  commitmentOf,
  digitalLink,
  groupedSecret,
  SECRET_RANDOM_BYTES,
  type SealedSecret,
  sealedAddress,
  sealedManifest,
  secretFrom,
  subjectOfElements,
} from '@tristamp/protocol'
import encodeQR from 'qr'
import type { Grid } from './client.ts'

// Sealed codes are made and drawn on this device (docs/spec/sealed-code.md): their secrets are sent nowhere.

export interface SealedPack {
  serial: string
  subject: string
  secret: SealedSecret
  /** What its QR Code carries. */
  address: string
}

export interface SealedWords {
  title: string
  hint: string
  serial: string
}

const QUIET = 4
const EDGE = 1.5
/** As on labels that a node draws. */
const [MOST_MODULE, LEAST_MODULE] = [0.4, 0.25]
const FONTS = 'system-ui, PingFang SC, Microsoft YaHei, Noto Sans CJK SC, sans-serif'

export function sealPacks(gtin: string, base: string, serials: readonly string[]): SealedPack[] {
  return serials.map((serial) => {
    const elements = new Map([
      ['01', gtin],
      ['21', serial],
    ])
    const secret = secretFrom(crypto.getRandomValues(new Uint8Array(SECRET_RANDOM_BYTES)))
    const { protocol, host, pathname } = new URL(base)
    const spelt = `${protocol}//${host}`.toUpperCase() + pathname.replace(/\/+$/, '')
    const address = sealedAddress(digitalLink(elements, spelt), secret)
    return { serial, subject: subjectOfElements(elements), secret, address }
  })
}

/** For the gateway that packs: no secret is in it. */
export function manifestOf(packs: readonly SealedPack[]): string {
  return [
    ...sealedManifest(packs.map(({ subject, secret }) => [subject, commitmentOf(subject, secret)] as const)),
  ].join('')
}

/** Pages as the labels lie, so that both can be cut alike. Undefined where a code does not fit the label. */
export function sealedPages(grid: Grid, packs: readonly SealedPack[], words: SealedWords): string[] | undefined {
  const { columns, rows, left, top, stepX, stepY, width, height, label } = grid
  const perPage = columns * rows
  const drawn = packs.map((pack) => part(pack, label, words))
  if (drawn.includes(undefined)) return undefined
  const pages: string[] = []
  for (let at = 0; at < drawn.length; at += perPage) {
    const placed = drawn.slice(at, at + perPage).map((content, i) => {
      const [x, y] = [left + (i % columns) * stepX, top + Math.floor(i / columns) * stepY]
      return `<g transform="translate(${mm(x)} ${mm(y)})">${content}</g>`
    })
    pages.push(
      `<svg xmlns="http://www.w3.org/2000/svg" width="${width}mm" height="${height}mm" viewBox="0 0 ${width} ${height}"><rect width="100%" height="100%" fill="#fff"/><g font-family="${FONTS}">${placed.join('')}</g></svg>`,
    )
  }
  return pages
}

function part({ serial, secret, address }: SealedPack, label: Grid['label'], words: SealedWords): string | undefined {
  const modules = encodeQR(address, 'raw', { ecc: 'medium', border: QUIET })
  const module = Math.min(
    MOST_MODULE,
    (label.height - 2 * EDGE) / modules.length,
    (label.width * 0.42) / modules.length,
  )
  if (module < LEAST_MODULE) return undefined
  const path = modules.map((row, y) => row.map((on, x) => (on ? `M${x} ${y}h1v1h-1z` : '')).join('')).join('')
  const side = modules.length * module
  const [x, room, middle] = [EDGE + side + 1, label.width - side - 2 * EDGE - 1, label.height / 2]
  const secretSize = Math.min(3, room / (19 * 0.82))
  const texts: [string, number, number, boolean][] = [
    [words.title, middle - 5, Math.min(2.4, room / (words.title.length + 1)), false],
    [groupedSecret(secret), middle - 0.6, secretSize, true],
    [words.hint, middle + 3.2, Math.min(1.9, room / (words.hint.length * (words.hint > '\u2000' ? 1 : 0.6))), false],
    [
      `${words.serial} ${serial}`,
      middle + 6.2,
      Math.min(1.9, room / ((words.serial.length + serial.length + 1) * 0.75)),
      false,
    ],
  ]
  const lines = texts.map(
    ([text, y, size, bold]) =>
      `<text x="${mm(x)}" y="${mm(y)}" font-size="${mm(size)}"${bold ? ' font-weight="700"' : ''}>${escaped(text)}</text>`,
  )
  return `<path transform="translate(${EDGE} ${mm(middle - side / 2)}) scale(${mm(module)})" d="${path}"/>${lines.join('')}`
}

function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (c) => `&#${c.charCodeAt(0)};`)
}

function mm(value: number): string {
  return String(Math.round(value * 1000) / 1000)
}
