import QRCode from 'qrcode'
import { gs1Code128 } from './code128.ts'

/** Modules of white around a symbol (ISO/IEC 18004 §9.1). */
const QUIET = 4

/**
 * A QR Code as SVG in the size of its box. Level Q: a card hangs in a cold store for years and a quarter of it may be scratched or frosted over.
 */
export function symbolSvg(text: string): string {
  const { modules } = QRCode.create(text, { errorCorrectionLevel: 'Q' })
  const { size } = modules
  let path = ''
  for (let y = 0; y < size; y++) {
    for (let x = 0; x < size; x++) if (modules.get(y, x)) path += `M${x + QUIET} ${y + QUIET}h1v1h-1z`
  }
  const side = size + 2 * QUIET
  return `<svg class="symbol" viewBox="0 0 ${side} ${side}" shape-rendering="crispEdges" aria-hidden="true"><rect width="${side}" height="${side}" fill="#fff"/><path d="${path}"/></svg>`
}

/** Modules of white beside a Code 128 (ISO/IEC 15417 §4.8), and how high its bars are drawn. */
const BESIDE = 10
const HEIGHT = 60

/** A GS1-128 of an element string as SVG, in the size of its box. */
export function gs1Svg(elements: string): string {
  let x = BESIDE
  let path = ''
  for (const [i, width] of gs1Code128(elements).entries()) {
    if (i % 2 === 0) path += `M${x} 0h${width}v${HEIGHT}h-${width}z`
    x += width
  }
  return `<svg class="bars" viewBox="0 0 ${x + BESIDE} ${HEIGHT}" shape-rendering="crispEdges" aria-hidden="true"><rect width="${x + BESIDE}" height="${HEIGHT}" fill="#fff"/><path d="${path}"/></svg>`
}
