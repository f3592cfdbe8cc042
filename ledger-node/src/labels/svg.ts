import type { Face } from './face.ts'
import type { Matrix } from './matrix.ts'
import { type Template, wholeLabel } from './template.ts'

const FONTS = 'system-ui, PingFang SC, Microsoft YaHei, Noto Sans CJK SC, sans-serif'

/** Text between tags or in an attribute. What XML 1.0 cannot hold at all is left out. */
export function escapeXml(text: string): string {
  return (
    text
      // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for
      .replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]|\p{Cs}/gu, '')
      .replace(/[&<>"'\u0085\u2028\u2029]/g, (c) => `&#${c.charCodeAt(0)};`)
  )
}

/** The dark modules as one path, of which each run is a rectangle: no seams between modules. */
export function pathOf({ width, height, dark }: Matrix): string {
  let path = ''
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      if (dark[y * width + x] !== 1) continue
      const from = x
      while (x + 1 < width && dark[y * width + x + 1] === 1) x++
      path += `M${from} ${y}h${x + 1 - from}v1H${from}z`
    }
  }
  return path
}

/** A symbol alone with its quiet zone, on white. @param module mm of its X-dimension */
export function symbolSvg(matrix: Matrix, module: number): string {
  const [w, h] = [matrix.width + 2 * matrix.quiet, matrix.height + 2 * matrix.quiet]
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${mm(w * module)}mm" height="${mm(h * module)}mm" viewBox="0 0 ${w} ${h}"><rect width="${w}" height="${h}" fill="#fff"/><path transform="translate(${matrix.quiet} ${matrix.quiet})" d="${pathOf(matrix)}"/></svg>`
}

/** One label as a picture of its own. */
export function labelSvg(face: Face): string {
  return svg(face.width, face.height, drawn(face))
}

/** A page of the template with as many labels as are given, from the upper left. @param cuts whether to draw where labels end */
export function pageSvg(template: Template, faces: readonly Face[], cuts = false): string {
  const { columns, left, top, stepX, stepY, inset } = template
  const whole = wholeLabel(template)
  const frame = `<rect x="${mm(-inset.x)}" y="${mm(-inset.y)}" width="${mm(whole.width)}" height="${mm(whole.height)}" fill="none" stroke="#bbb" stroke-width=".1"/>`
  const placed = faces.map((face, i) => {
    const [x, y] = [left + (i % columns) * stepX, top + Math.floor(i / columns) * stepY]
    return `<g transform="translate(${mm(x)} ${mm(y)})">${cuts ? frame : ''}${drawn(face)}</g>`
  })
  return svg(template.width, template.height, placed.join(''))
}

/** A document that prints page by page, at its true size. */
export function* htmlPages(
  template: Template,
  pages: Iterable<string>,
  language: string,
  title: string,
): Generator<string> {
  const { width, height } = template
  yield `<!doctype html><html lang="${language === 'zh' ? 'zh-CN' : 'en'}"><meta charset="utf-8"><title>${escapeXml(title)}</title>
<style>@page{size:${mm(width)}mm ${mm(height)}mm;margin:0}*{margin:0;padding:0}svg{display:block;break-after:page;break-inside:avoid}@media screen{body{background:#888}svg{margin:4mm auto}}</style>
`
  for (const page of pages) yield `${page}\n`
  yield '</html>\n'
}

function svg(width: number, height: number, content: string): string {
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${mm(width)}mm" height="${mm(height)}mm" viewBox="0 0 ${mm(width)} ${mm(height)}"><rect width="100%" height="100%" fill="#fff"/><g font-family="${FONTS}" fill="#000">${content}</g></svg>`
}

function drawn({ symbols, lines }: Face): string {
  const codes = symbols.map(
    ({ matrix, x, y, module }) =>
      `<path transform="translate(${mm(x)} ${mm(y)}) scale(${mm(module)})" d="${pathOf(matrix)}"/>`,
  )
  const texts = lines.map(
    ({ x, y, size, text, bold }) =>
      `<text x="${mm(x)}" y="${mm(y)}" font-size="${mm(size)}"${bold ? ' font-weight="700"' : ''}>${escapeXml(text)}</text>`,
  )
  return codes.join('') + texts.join('')
}

/** Millimetres, to a thousandth. */
function mm(value: number): string {
  return String(Math.round(value * 1000) / 1000)
}
