import { ProtocolError } from '../error.ts'
import { hasCheckDigit } from './check-digit.ts'
import { parseDigitalLink } from './digital-link.ts'
import { addElement, type Elements } from './element.ts'
import { parseElementString } from './element-string.ts'

/** What a scanner read: the symbol's kind, what it carries, its text, and the GS1 elements in it, if any. */
export interface Scan {
  symbology: string
  carrier: 'gs1' | 'uri' | 'text'
  text: string
  elements?: Elements
}

// AIM symbology identifiers (ISO/IEC 15424): `]`, a letter, a modifier.
const GS1_SYMBOLS: Record<string, string> = {
  C1: 'GS1-128',
  d2: 'GS1 DataMatrix',
  Q3: 'GS1 QR Code',
  e0: 'GS1 DataBar',
  J1: 'GS1 DotCode',
}
const RETAIL_SYMBOLS: Record<string, { name: string; length: number }> = {
  E0: { name: 'EAN-13', length: 13 },
  E4: { name: 'EAN-8', length: 8 },
}
const PLAIN_SYMBOLS: Record<string, string> = {
  C: 'Code 128',
  d: 'Data Matrix',
  Q: 'QR Code',
  J: 'DotCode',
  A: 'Code 39',
  I: 'Interleaved 2 of 5',
  F: 'Codabar',
  G: 'Code 93',
  L: 'PDF417',
  z: 'Aztec Code',
  X: 'other',
}

// The most a QR Code can hold, in bytes; a longer frame is noise on the line.
const MAX_LENGTH = 7089

/**
 * Reads one frame of a scanner: AIM identifier and data, the line's suffix already stripped. A composite's second part follows `|]e0`.
 * Without AIM identifier nothing tells data apart that look like an element string: the symbology is 'unknown' and no element string is read.
 * @throws ProtocolError GS1_SCAN (frame), GS1_* (a GS1 symbol whose content is not valid)
 */
export function parseScan(frame: string): Scan {
  if (frame === '' || frame.length > MAX_LENGTH) throw new ProtocolError('GS1_SCAN', 'the scan is empty or too long')
  if (!frame.startsWith(']')) return plain('unknown', frame)
  const id = frame.slice(1, 3)
  const data = frame.slice(3)
  if (!/^[A-Za-z][0-9A-Za-z]$/.test(id))
    throw new ProtocolError('GS1_SCAN', 'the scan begins with a broken AIM identifier')
  const gs1 = GS1_SYMBOLS[id]
  if (gs1 !== undefined) return { symbology: gs1, carrier: 'gs1', text: data, elements: parseElementString(data) }
  const retail = RETAIL_SYMBOLS[id]
  if (retail !== undefined) return retailScan(retail, data)
  const name = PLAIN_SYMBOLS[id[0]!]
  if (name === undefined) throw new ProtocolError('GS1_SCAN', `]${id} is not a symbol we read`)
  return plain(name, data)
}

function retailScan({ name, length }: { name: string; length: number }, data: string): Scan {
  const [digits = '', component] = split(data)
  if (digits.length !== length || !hasCheckDigit(digits)) {
    throw new ProtocolError('GS1_CHECK_DIGIT', `${name}: expected ${length} digits with a valid check digit`)
  }
  const elements = new Map([['01', digits.padStart(14, '0')]])
  if (component !== undefined) {
    for (const [ai, value] of parseElementString(component)) addElement(elements, ai, value)
  }
  return { symbology: name, carrier: 'gs1', text: data, elements }
}

function split(data: string): [string, string?] {
  const at = data.indexOf('|]e0')
  return at < 0 ? [data] : [data.slice(0, at), data.slice(at + 4)]
}

function plain(symbology: string, text: string): Scan {
  if (!/^https?:\/\//i.test(text)) return { symbology, carrier: 'text', text }
  const elements = elementsOf(text)
  return elements === undefined ? { symbology, carrier: 'uri', text } : { symbology, carrier: 'uri', text, elements }
}

/** A web address is a scan like any other; only one with a GS1 key and valid values has elements. */
function elementsOf(uri: string): Elements | undefined {
  try {
    return parseDigitalLink(uri).elements
  } catch (error) {
    if (error instanceof ProtocolError && error.code === 'GS1_URI') return undefined
    throw error
  }
}
