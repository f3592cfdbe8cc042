import { createWriteStream } from 'node:fs'
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { type Localized, sealedManifest } from '@tristamp/protocol'
import { DONE, flag, parse, print, required, text, UsageError } from '../command-line.ts'
import { hasErrno } from '../error.ts'
import { csvRecord } from '../exports/csv.ts'
import { type Face, faceOf, type Symbols, TILL_MODULE } from './face.ts'
import { type Label, type LabelOrder, labelOf, labelOrder } from './order.ts'
import { labelPng, symbolPng } from './png.ts'
import { productOn } from './product.ts'
import { commitmentFor, sealed, sealedFace } from './sealed.ts'
import { CSV_BYTES, randomSerials, rangeSerials, SERIAL_LENGTH, tableSerials } from './serials.ts'
import { drawable } from './stroke-font.ts'
import { htmlPages, pageSvg } from './svg.ts'
import { type Template, templateOf, wholeLabel, wholeLabels } from './template.ts'
import { zplLabel, zplOptions } from './zpl.ts'

const FORMATS = ['html', 'svg', 'png', 'zpl'] as const
type Format = (typeof FORMATS)[number]
const SYMBOLS = ['qr', 'datamatrix', 'both'] as const

const FLAGS = {
  product: text,
  node: text,
  base: text,
  'name-zh': text,
  'name-en': text,
  'spec-zh': text,
  'spec-en': text,
  lot: text,
  expiry: text,
  count: text,
  length: text,
  from: text,
  to: text,
  prefix: text,
  csv: text,
  template: text,
  symbol: text,
  format: text,
  dpi: text,
  font: text,
  lang: text,
  cuts: flag,
  bare: flag,
  sealed: flag,
  out: text,
} as const
type Values = ReturnType<typeof parse<typeof FLAGS>>['values']

/** What labels are drawn on, and how. */
interface Press {
  template: Template
  format: Format
  language: 'zh' | 'en'
  cuts: boolean
  /** Of a PNG: the symbols alone. */
  bare: boolean
  dpi: number
  /** Dots of a millimetre, where symbols are drawn in dots. */
  dots: number | undefined
  zpl: ReturnType<typeof zplOptions>
}

/** `tristamp-ledger labels`: sheets of codes for packs, and their sealed codes. */
export async function labelsCommand(args: string[]): Promise<number> {
  const { values } = parse(args, FLAGS)
  const press = pressOf(values)
  const symbols = oneOf(values.symbol ?? 'qr', SYMBOLS, 'symbol') as Symbols
  const asked = await orderOf(values, press.language)
  const order = press.format === 'png' ? inStrokes(asked) : asked
  const serials = await serialsOf(values)
  const out = await emptyFolder(required(values.out, 'out'))
  const { template } = press
  const labels = serials.map((serial) => labelOf(order, serial))
  const face = (label: Label): Face => faceOf(label, template.label, symbols, press.dots)
  const { symbols: drawn } = face(labels[0]!)
  await write(out, 'serials.csv', serialLines(labels))
  await run(
    out,
    'labels',
    labels.map((label) => () => face(label)),
    press,
    0o644,
  )
  if (values.sealed === true) {
    const secrets = labels.map(sealed)
    const faces = secrets.map((one) => () => sealedFace(one, template.label, press.dots))
    await run(out, 'sealed', faces, press, 0o600)
    await write(out, 'sealed-manifest.txt', sealedManifest(secrets.map(commitmentFor)), 0o600)
  }
  const whole = wholeLabel(template)
  const size = `${whole.width} × ${whole.height} mm`
  const modules = drawn.map(
    ({ matrix: { kind, level, width, height }, module }) =>
      `${kind}${level === undefined ? '' : ` level ${level}`} of ${width} × ${height} modules, X-dimension ${module.toFixed(2)} mm`,
  )
  print(`${labels.length} labels of ${size} in ${out}: ${modules.join('; ')}`)
  const least = Math.min(...drawn.map(({ module }) => module))
  if (least < TILL_MODULE)
    print(`below ${TILL_MODULE} mm, the least that GS1 has for codes at a till: phones read them, tills may not`)
  if (press.format === 'zpl' && order.language === 'zh')
    print(`Chinese text is in the printer’s font ${press.zpl.font}: print one, and look whether it is there`)
  if (values.sealed === true)
    print(
      'sealed.*: secrets, for the print shop alone, and to be deleted once printed; sealed-manifest.txt: for the gateway that packs',
    )
  return DONE
}

function pressOf(values: Values): Press {
  const format = oneOf(values.format ?? 'html', FORMATS, 'format')
  if (values.bare === true && format !== 'png') throw new UsageError('--bare: the symbols alone are for --format png')
  const dpi = oneOf(values.dpi ?? (format === 'png' ? '300' : '203'), ['203', '300', '600'], 'dpi')
  const zpl = zplOptions(dpi, values.font)
  const template = templateOf(values.template ?? (format === 'zpl' ? '60x40' : 'a4-3x8'))
  return {
    template: format === 'png' || format === 'zpl' ? wholeLabels(template) : template,
    format,
    language: oneOf(values.lang ?? 'zh', ['zh', 'en'], 'lang'),
    cuts: values.cuts === true,
    bare: values.bare === true,
    dpi: Number(dpi),
    dots: format === 'png' ? Number(dpi) / 25.4 : format === 'zpl' ? zpl.dots : undefined,
    zpl,
  }
}

async function orderOf(values: Values, language: 'zh' | 'en'): Promise<ReturnType<typeof labelOrder>> {
  const { lot, expiry, node } = values
  const product = required(values.product, 'product')
  const known = await productOn(node, product)
  const [zh, en] = [values['name-zh'] ?? known.name?.zh, values['name-en'] ?? known.name?.en]
  if (zh === undefined && en === undefined) throw new UsageError('--node URL, or --name-zh and --name-en')
  const spec = { zh: values['spec-zh'] ?? known.spec?.zh ?? '', en: values['spec-en'] ?? known.spec?.en ?? '' }
  const base = required(values.base ?? known.base, 'base')
  return labelOrder({ gtin: known.gtin, lot, expiry, base, language, name: { zh: zh ?? en!, en: en ?? zh! }, spec })
}

async function serialsOf({ count, length, from, to, prefix, csv }: Values): Promise<string[]> {
  const ways = [count, from, csv].filter((way) => way !== undefined).length
  if (ways !== 1) throw new UsageError('one of --count N, --from N --to N, --csv FILE')
  if (count !== undefined) return randomSerials(Number(count), Number(length ?? SERIAL_LENGTH))
  if (from !== undefined) return rangeSerials(from, required(to, 'to'), prefix)
  const bytes = await readFile(csv!).catch((error: unknown) => {
    throw new UsageError(`--csv ${csv}: ${error instanceof Error ? error.message : String(error)}`)
  })
  if (bytes.length > CSV_BYTES) throw new UsageError(`--csv ${csv}: more than ${CSV_BYTES} bytes`)
  return tableSerials(bytes.toString('utf8'))
}

/** Writes the labels in the format asked for, page by page: an order of ten thousand is never in memory. */
async function run(
  out: string,
  name: string,
  faces: readonly (() => Face)[],
  press: Press,
  mode: number,
): Promise<void> {
  const { template, format, language, cuts } = press
  if (format === 'zpl')
    return await write(
      out,
      `${name}.zpl`,
      mapped(faces, (face) => zplLabel(face(), press.zpl)),
      mode,
    )
  if (format === 'png') return await pngs(out, name, faces, press, mode)
  const perPage = template.columns * template.rows
  const pages = mapped(range(Math.ceil(faces.length / perPage)), (page) =>
    pageSvg(
      template,
      faces.slice(page * perPage, (page + 1) * perPage).map((face) => face()),
      cuts,
    ),
  )
  if (format === 'html') return await write(out, `${name}.html`, htmlPages(template, pages, language, name), mode)
  let number = 0
  for (const page of pages) await writeFile(join(out, `${name}-${numbered(++number)}.svg`), page, { flag: 'wx', mode })
}

/** One file for each label; `bare`: the symbols alone, for artwork, which has letters of its own. */
async function pngs(
  out: string,
  name: string,
  faces: readonly (() => Face)[],
  { bare, dpi }: Press,
  mode: number,
): Promise<void> {
  for (const [i, make] of faces.entries()) {
    const face = make()
    const begin = join(out, `${name}-${numbered(i + 1)}`)
    if (!bare) await writeFile(`${begin}.png`, labelPng(face, dpi), { flag: 'wx', mode })
    else
      for (const { matrix, module } of face.symbols) {
        const bytes = symbolPng(matrix, Math.floor((module * dpi) / 25.4 + 0.01), dpi)
        await writeFile(`${begin}-${matrix.kind}.png`, bytes, { flag: 'wx', mode })
      }
  }
}

/** The order as its text can be drawn without a font: in English; names in other letters are left out, and what identifies stays. */
function inStrokes(order: LabelOrder): LabelOrder {
  const told = (text: Localized | undefined): Localized => {
    const plain = text && (drawable(text.en) ?? drawable(text.zh))
    return { zh: plain ?? '', en: plain ?? '' }
  }
  const [name, spec] = [told(order.name), told(order.spec)]
  if (name.en === '') print('a PNG has ASCII letters alone: the name is left out (--name-en, or --format svg or html)')
  return { ...order, language: 'en', name, spec }
}

async function write(out: string, name: string, lines: Iterable<string>, mode = 0o644): Promise<void> {
  await pipeline(Readable.from(lines), createWriteStream(join(out, name), { flags: 'wx', mode }))
}

/** What was printed, for the line that puts it on packs. */
function* serialLines(labels: readonly Label[]): Generator<string> {
  yield `\uFEFF${csvRecord(['number', 'serial', 'gtin', 'lot', 'expiry', 'link', 'subject'])}`
  for (const [i, { order, serial, link, subject }] of labels.entries())
    yield csvRecord([numbered(i + 1), serial, order.gtin, order.lot, order.expiry, link, subject])
}

/** Nothing that was printed is written over. */
async function emptyFolder(path: string): Promise<string> {
  const folder = resolve(path)
  await mkdir(folder, { recursive: true })
  const files = await readdir(folder).catch((error: unknown) => {
    if (hasErrno(error, 'ENOTDIR')) return [path]
    throw error
  })
  if (files.length > 0) throw new UsageError(`--out ${path}: not empty`)
  return folder
}

function oneOf<T extends string>(value: string, values: readonly T[], name: string): T {
  const found = values.find((one) => one === value)
  if (found === undefined) throw new UsageError(`--${name} ${value}: one of ${values.join(', ')}`)
  return found
}

function* mapped<A, B>(items: Iterable<A>, make: (item: A) => B): Generator<B> {
  for (const item of items) yield make(item)
}

function range(count: number): number[] {
  return Array.from({ length: count }, (_, i) => i)
}

function numbered(number: number): string {
  return String(number).padStart(5, '0')
}
