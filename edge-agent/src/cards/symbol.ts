import QRCode from 'qrcode'

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
