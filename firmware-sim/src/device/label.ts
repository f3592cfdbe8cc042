/** A printed symbol as a scanner hands it on: the AIM symbology identifier (ISO/IEC 15424) and the data behind it. */
export interface Label {
  aim: string
  data: string
}

/** FNC1 between elements, as scanners transmit it (GS1 General Specifications §7.8.6). */
export const GS = '\x1d'

/** Application identifiers whose values have a predefined length, by their first two digits (GS1 General Specifications §7.8.5). */
const PREDEFINED = new Set('00 01 02 03 04 11 12 13 14 15 16 17 18 19 20 31 32 33 34 35 36 41'.split(' '))

const ELEMENT = /\((\d{2,4})\)([\x21-\x27\x2a-\x7e]+)/y

/**
 * Reads a code as a scenario writes it: `(01)…(21)…` is a GS1 DataMatrix (`(00)…` a GS1-128, as on a shipping label), an http(s) address is a
 * QR code, `]xx…` is given with its AIM identifier, anything else is a Code 128. Undefined where the text is none of these.
 */
export function parseLabel(text: string): Label | undefined {
  if (text === '' || text.length > 2048) return undefined
  if (text.startsWith('(')) {
    const data = elementString(text)
    return data === undefined ? undefined : { aim: text.startsWith('(00)') ? ']C1' : ']d2', data }
  }
  if (/^https?:/i.test(text)) return { aim: ']Q1', data: text }
  const literal = /^(\][A-Za-z]\d)(.+)$/s.exec(text)
  if (literal?.[1] && literal[2]) return { aim: literal[1], data: literal[2].replaceAll('<GS>', GS) }
  return /^[\x20-\x7e]+$/.test(text) ? { aim: ']C0', data: text } : undefined
}

function elementString(text: string): string | undefined {
  let data = ''
  let open = false
  ELEMENT.lastIndex = 0
  while (ELEMENT.lastIndex < text.length) {
    const match = ELEMENT.exec(text)
    if (!match?.[1] || !match[2]) return undefined
    data += `${open ? GS : ''}${match[1]}${match[2]}`
    open = !PREDEFINED.has(match[1].slice(0, 2))
  }
  return data
}
