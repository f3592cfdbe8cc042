import {
  checkStep,
  digitalLink,
  digitalLinkWithAttributes,
  type Elements,
  type Localized,
  ProtocolError,
  parseDigitalLink,
  subjectOfElements,
} from '@tristamp/protocol'
import { invalid } from './serials.ts'

/** What all labels of an order have in common. */
export interface LabelOrder {
  gtin: string
  lot?: string | undefined
  /** `2026-12-01`. */
  expiry?: string | undefined
  /** Where the codes lead: the address of a resolver, without what follows the key. */
  base: string
  name: Localized
  spec?: Localized | undefined
  language: 'zh' | 'en'
}

/** One thing's label. */
export interface Label {
  order: LabelOrder
  serial: string
  /** What a GS1 symbol carries: (01), (10), (17), (21). */
  elements: Elements
  /** What the QR Code carries: a Digital Link. */
  link: string
  /** The address of the thing alone. */
  address: string
  /** The URI that the ledger knows it by. */
  subject: string
}

/** Names are cut on labels; more than this is none. */
const MAX_NAME = 200
/** QR Codes grow with what they carry. */
const MAX_BASE = 100

/** Reads what was asked for. @throws LedgerError LABEL_INVALID; ProtocolError GS1_* */
export function labelOrder(order: LabelOrder): LabelOrder {
  const { lot, expiry, name, spec } = order
  for (const text of [name.zh, name.en, spec?.zh ?? '', spec?.en ?? ''])
    if (text.length > MAX_NAME) throw invalid(`a name has at most ${MAX_NAME} characters`)
  const [plainName, plainSpec] = [plain(name), spec && plain(spec)]
  const known = {
    gtin: order.gtin,
    base: linkBase(order.base),
    name: plainName,
    language: order.language,
    ...(plainSpec !== undefined && { spec: plainSpec }),
    ...(lot !== undefined && lot !== '' && { lot }),
    ...(expiry !== undefined && expiry !== '' && { expiry }),
  }
  // Once for all: what is wrong is wrong on each.
  labelOf(known, '1')
  return known
}

/** The label of one serial. @throws LedgerError LABEL_INVALID; ProtocolError GS1_* */
export function labelOf(order: LabelOrder, serial: string): Label {
  const { gtin, lot, expiry, base } = order
  const elements = new Map([
    ['01', gtin],
    ...(lot === undefined ? [] : [['10', lot] as const]),
    ...(expiry === undefined ? [] : [['17', sixDigits(expiry)] as const]),
    ['21', serial],
  ])
  const thing = new Map([
    ['01', gtin],
    ['21', serial],
  ])
  return {
    order,
    serial,
    elements,
    link: digitalLinkWithAttributes(elements, base),
    address: digitalLink(thing, base),
    subject: subjectOfElements(thing),
  }
}

/** Four by four, for people who compare or type; a serial with signs of its own stays as it is. */
export function grouped(serial: string): string {
  return /^[A-Za-z0-9]+$/.test(serial) ? serial.replace(/(.{4})(?!$)/g, '$1 ') : serial
}

/** GTINs of 8, 12 and 13 digits are padded. @throws LedgerError LABEL_INVALID; ProtocolError GS1_CHECK_DIGIT */
export function gtinOf(product: string): string {
  if (/^(\d{8}|\d{12,14})$/.test(product)) {
    const gtin = product.padStart(14, '0')
    checkStep('01', gtin)
    return gtin
  }
  try {
    const gtin = parseDigitalLink(product).elements.get('01')
    if (gtin !== undefined) return gtin
  } catch (error) {
    if (!(error instanceof ProtocolError)) throw error
  }
  throw invalid('the product is a GTIN, or the Digital Link of one')
}

/**
 * Scheme and host in capitals, which QR Codes hold in fewer modules, and which mean the same (RFC 3986 §6.2.2.1).
 * @throws LedgerError LABEL_INVALID
 */
function linkBase(base: string): string {
  const url = URL.canParse(base) && base.length <= MAX_BASE ? new URL(base) : undefined
  const isPlain = url?.username === '' && url.search === '' && url.hash === '' && /^[\w./~-]*$/.test(url.pathname)
  if (url === undefined || !isPlain || !/^https?:$/.test(url.protocol) || url.host === '')
    throw invalid('the codes lead to an http or https address without anything behind its path')
  return `${url.protocol}//${url.host}`.toUpperCase() + url.pathname.replace(/\/+$/, '')
}

/** YYMMDD, in the century that GS1 readers take it for (General Specifications §7.12). */
function sixDigits(expiry: string): string {
  const parts = /^20(\d{2})-(\d{2})-(\d{2})$/.exec(expiry)
  const isDay = parts !== null && new Date(`${expiry}T00:00:00Z`).toISOString().startsWith(expiry)
  const year = Number(expiry.slice(0, 4)) - new Date().getUTCFullYear()
  if (!isDay || year > 50 || year < -49) throw invalid('the expiry is a day, 2026-12-01')
  return parts.slice(1).join('')
}

/** On one line, without control characters and what turns the direction of text. */
function plain({ zh, en }: Localized): Localized {
  const clean = (text: string): string =>
    text
      .replace(/[\p{Cc}\p{Zl}\p{Zp}\s]+/gu, ' ')
      .replace(/[\p{Cf}\p{Cs}\p{Co}\p{Cn}]/gu, '')
      .trim()
  return { zh: clean(zh), en: clean(en) }
}
