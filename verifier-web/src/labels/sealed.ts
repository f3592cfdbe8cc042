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
  const parts = packs.map((pack) => sealedPart(pack, label, words))
  if (parts.includes(undefined)) return undefined
  const pages: string[] = []
  for (let at = 0; at < parts.length; at += perPage) {
    const placed = parts.slice(at, at + perPage).map((one, i) => {
      const [x, y] = [left + (i % columns) * stepX, top + Math.floor(i / columns) * stepY]
      return `<g transform="translate(${mm(x)} ${mm(y)})">${drawn(one!)}</g>`
    })
    pages.push(
      `<svg xmlns="http://www.w3.org/2000/svg" width="${width}mm" height="${height}mm" viewBox="0 0 ${width} ${height}"><rect width="100%" height="100%" fill="#fff"/><g font-family="${FONTS}">${placed.join('')}</g></svg>`,
    )
  }
  return pages
}

/** One part of a pack in millimetres: its code's modules without their quiet zone, and the lines beside them. */
export interface SealedPart {
  modules: boolean[][]
  x: number
  y: number
  module: number
  lines: { text: string; x: number; y: number; size: number; bold: boolean }[]
}

/** @param dots of a millimetre, where modules are whole dots @returns undefined where the code does not fit the label */
export function sealedPart(
  { serial, secret, address }: SealedPack,
  label: Grid['label'],
  words: SealedWords,
  dots?: number,
): SealedPart | undefined {
  const bordered = encodeQR(address, 'raw', { ecc: 'medium', border: QUIET })
  const modules = bordered.slice(QUIET, -QUIET).map((row) => row.slice(QUIET, -QUIET))
  const side = modules.length + 2 * QUIET
  const most = Math.min(MOST_MODULE, (label.height - 2 * EDGE) / side, (label.width * 0.42) / side)
  const module = dots === undefined ? most : Math.floor(most * dots + 0.01) / dots
  if (module < LEAST_MODULE) return undefined
  const left = EDGE + side * module + 1
  const [room, middle] = [label.width - left - EDGE, label.height / 2]
  const hinted = words.hint.length * (words.hint > '\u2000' ? 1 : 0.6)
  const told = `${words.serial} ${serial}`
  const line = (text: string, below: number, size: number, bold = false): SealedPart['lines'][number] => ({
    ...{ text, x: left, y: middle + below, size, bold },
  })
  return {
    ...{ modules, module, x: EDGE + QUIET * module, y: middle - (modules.length * module) / 2 },
    lines: [
      line(words.title, -5, Math.min(2.4, room / (words.title.length + 1))),
      line(groupedSecret(secret), -0.6, Math.min(3, room / (19 * 0.82)), true),
      line(words.hint, 3.2, Math.min(1.9, room / hinted)),
      line(told, 6.2, Math.min(1.9, room / (told.length * 0.75))),
    ],
  }
}

function drawn({ modules, module, x, y, lines }: SealedPart): string {
  const path = modules.map((row, my) => row.map((on, mx) => (on ? `M${mx} ${my}h1v1h-1z` : '')).join('')).join('')
  const texts = lines.map(
    ({ text, x, y, size, bold }) =>
      `<text x="${mm(x)}" y="${mm(y)}" font-size="${mm(size)}"${bold ? ' font-weight="700"' : ''}>${escaped(text)}</text>`,
  )
  return `<path transform="translate(${mm(x)} ${mm(y)}) scale(${mm(module)})" d="${path}"/>${texts.join('')}`
}

function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (c) => `&#${c.charCodeAt(0)};`)
}

function mm(value: number): string {
  return String(Math.round(value * 1000) / 1000)
}
