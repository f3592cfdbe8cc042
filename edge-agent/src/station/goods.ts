import {
  canonicalUri,
  type Elements,
  ProtocolError,
  type Scan,
  subjectKind,
  subjectOfElements,
} from '@tristamp/protocol'
import type { AgentCode } from '../error.ts'

/** One thing, or some of a lot, as a label names it. */
export interface Goods {
  /** Canonical identifier: item 01+21, lot 01+10, unit 00, asset 8003 or 8004, or an https URI of the producer's own. */
  id: string
  /** An instance is one thing; of a class there is a quantity. */
  kind: 'instance' | 'class'
  /** Whether others may be packed in it: a logistic unit or a returnable container. */
  container: boolean
  lot?: string
  /** YYYY-MM-DD */
  expiry?: string
  /** Read by a tag reader, so in no order that anyone chose. */
  tag?: true
  /** In thousandths of `uom`, or of pieces without it. */
  quantityMilli?: number
  uom?: 'KGM'
}

/** Why a scan names no goods that can be recorded. */
export class NoGoods extends Error {
  readonly code: AgentCode
  readonly why: string

  constructor(code: AgentCode, why: string) {
    super(why)
    this.code = code
    this.why = why
  }
}

/** What reading a label depends on beside the label. */
export interface Reading {
  year: number
  /** Whether the scanner is known to send its separators. */
  separators: 'unproven' | 'proven'
}

/**
 * The goods that a scan names.
 * `year` of the scan: the century of a two-digit expiry year is the nearest one (GS1 General Specifications §7.12)
 * @throws NoGoods
 */
export function goodsOf(scan: Scan, { year, separators }: Reading): Goods {
  if (scan.elements) {
    const goods = goodsOfElements(scan.elements, year)
    if (separators === 'unproven') checkSeparated(scan, goods)
    return goods
  }
  if (scan.carrier === 'uri') return { id: ownUri(scan.text), kind: 'instance', container: false }
  throw new NoGoods('SCAN_IDENTITY', `${scan.symbology} without GS1 content`)
}

function goodsOfElements(elements: Elements, year: number): Goods {
  const id = subjectOfElements(elements)
  const kind = subjectKind(id)
  if (kind === 'unit') return { id, kind: 'instance', container: true }
  if (kind === 'asset') return { id, kind: 'instance', container: elements.has('8003') }
  if (kind !== 'item' && kind !== 'lot') throw new NoGoods('SCAN_IDENTITY', `it names a ${kind}`)
  const lot = elements.get('10')
  const expiry = elements.get('17')
  return {
    id,
    kind: kind === 'item' ? 'instance' : 'class',
    container: false,
    ...(lot !== undefined && { lot }),
    ...(expiry !== undefined && { expiry: dateOf(expiry, year) }),
    ...(kind === 'lot' && quantityOf(elements)),
  }
}

/** What may have followed a lot when the separator between them was lost: a serial number, or an element of fixed form. */
const SWALLOWED = /.(21.{1,20}|1[1-7]\d\d(?:0[1-9]|1[0-2])(?:[0-2]\d|3[01])|3[1-6]\d[0-5]\d{6})$/

/**
 * Scanners that drop FNC1 are common, and then a lot swallows what came after it: `10L4<GS>21X4` becomes the lot L421X4, another thing under
 * another name. Where nothing in the symbol shows that separators arrive, such a lot is refused rather than guessed.
 */
function checkSeparated({ carrier, text }: Scan, { kind, lot }: Goods): void {
  if (carrier !== 'gs1' || kind !== 'class' || lot === undefined || text.includes('\x1d') || !text.endsWith(lot)) return
  const swallowed = SWALLOWED.exec(lot)?.[1]
  if (swallowed === undefined) return
  const rest = lot.slice(0, -swallowed.length)
  throw new NoGoods(
    'SCAN_MALFORMED',
    `the lot ${lot} may be the lot ${rest} and (${swallowed.slice(0, 2)}), if the scanner drops FNC1`,
  )
}

/** A producer without GS1 prefix uses https addresses of its own; http could be read by anyone on the way. */
function ownUri(text: string): string {
  try {
    const id = canonicalUri(text)
    if (id.startsWith('https://') && !id.includes('#')) return id
  } catch (error) {
    if (!(error instanceof ProtocolError)) throw error
  }
  throw new NoGoods('SCAN_IDENTITY', 'only https addresses without fragment name goods')
}

/** AI 30 or 37: pieces. AI 310n: net weight in kg with n decimals. */
function quantityOf(elements: Elements): Pick<Goods, 'quantityMilli' | 'uom'> {
  const pieces = elements.get('37') ?? elements.get('30')
  if (pieces !== undefined) return { quantityMilli: Number(pieces) * 1000 }
  for (const [ai, digits] of elements) {
    if (!/^310\d$/.test(ai)) continue
    const decimals = Number(ai[3])
    const cut = decimals > 3 ? digits.slice(0, -(decimals - 3)) : digits
    if (decimals > 3 && /[1-9]/.test(digits.slice(-(decimals - 3)))) {
      throw new NoGoods('SCAN_QUANTITY', `the weight has ${decimals} decimals`)
    }
    return { quantityMilli: Number(cut) * 10 ** (3 - Math.min(decimals, 3)), uom: 'KGM' }
  }
  return {}
}

/** YYMMDD; day 00 means the last day of the month. */
function dateOf(digits: string, year: number): string {
  const twoDigits = Number(digits.slice(0, 2))
  const century = Math.floor(year / 100) * 100
  const apart = twoDigits - (year % 100)
  const full = century + twoDigits + (apart >= 51 ? -100 : apart <= -50 ? 100 : 0)
  const month = Number(digits.slice(2, 4))
  const day = Number(digits.slice(4, 6)) || new Date(Date.UTC(full, month, 0)).getUTCDate()
  return new Date(Date.UTC(full, month - 1, day)).toISOString().slice(0, 10)
}
