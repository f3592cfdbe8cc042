// What a person types, pastes or scans, as an address.
import { checkElement, digitalLink, ProtocolError, parseElementString } from '@tristamp/protocol'
import { type Address, attempt, ofElements, pathOf, subjectFromPath, subjectFromUri } from './subject-from-path.ts'

/** What a person typed or pasted, or a scanner typed: a URI, or an element string with brackets, `(01)…(21)…`, or with FNC1. */
export function subjectFromText(text: string): Address {
  const trimmed = withoutAim(text)
  if (trimmed === '') return { kind: 'start' }
  const address = addressIn(trimmed)
  if (address !== undefined) return subjectFromUri(address)
  // Keyboards for Chinese write digits and brackets wide; an address keeps its letters, for wide ones could move its host.
  const digits = unbracketed(separated(trimmed.normalize('NFKC').replace(/\p{Cf}/gu, '')))
  // A retail number as it stands under its bars. No element string of a key is as short.
  if (/^(?:\d{8}|\d{12,14})$/.test(digits)) return attempt(() => ofElements(new Map([['01', checked(digits)]])))
  const elements = attempt(() => ofElements(parseElementString(digits)))
  return /^\d{18}$/.test(digits) ? logistic(digits, elements) : elements
}

/**
 * The address of this page for what a code names: with its lot, by which goods are called back that nobody recorded by their number, and its use-by date.
 * A subject alone leaves both out.
 */
export function pathOfCode({ subject, elements }: Extract<Address, { kind: 'subject' }>): string {
  if (elements.size === 0) return pathOf(subject)
  const useBy = elements.get('17')
  const link = digitalLink(elements, '')
  const led = subjectFromPath(link)
  // No address has a lot beside a serial that a third party gave: what the code names comes first.
  const path = led.kind === 'subject' && led.subject === subject ? link : pathOf(subject)
  return path + (useBy === undefined ? '' : `?17=${useBy}`)
}

/** Text without the AIM identifier (ISO/IEC 15424) that scanners may send first, and without what stands around it. */
export function withoutAim(text: string): string {
  return trimmedText(trimmedText(text).replace(/^\][A-Za-z]\d/, ''))
}

/**
 * The address that a text is, or that a chat has wrapped in words; browsers copy one without its scheme. Elements begin with more digits than a host, and
 * a lot may have a dot and a slash.
 */
export function addressIn(text: string): string | undefined {
  if (/^\d{16}/.test(text)) return undefined
  if (/^[a-z0-9-]+(?:\.[a-z0-9-]+)+(?::\d+)?\/\S+$/i.test(text)) return `https://${text}`
  if (/^[a-z][a-z0-9+.-]*:\S*$/i.test(text)) return text
  return /https?:\/\/[^\s\p{Script=Han}，。；、！？“”（）【】《》]+/iu.exec(text)?.[0]
}

/** 18 digits alone are what stands under the bars of a pallet, unless they can be read as elements, too. */
function logistic(digits: string, elements: Address): Address {
  const sscc = attempt(() => {
    checkElement('00', digits)
    return ofElements(new Map([['00', digits]]))
  })
  if (elements.kind !== 'subject') return sscc
  if (sscc.kind !== 'subject') return elements
  return attempt(() => {
    throw new ProtocolError('GS1_AMBIGUOUS', '18 digits that are two things')
  })
}

/**
 * FNC1 as scanners show it where no text field takes the sign itself. None of these stands in a value of GS1's (character set 82), but for the letters of
 * `<GS>`, which nobody has in a lot.
 */
const separated = (text: string): string =>
  text
    .replace(/\u241d|\{(?:GS|FNC1)\}|\[(?:GS|FNC1)\]|<(?:GS|FNC1)>|\\x1d|\\u001d|\\029|\^\]|[|~]/gi, '\x1d')
    .split('\x1d')
    .filter((part) => part !== '')
    .join('\x1d')

/** More than any code can hold; more than it is refused below. */
const MAX_LENGTH = 8000

/** Without the spaces and invisible marks around it, as chats and files leave them. FNC1 is none of these. */
const trimmedText = (text: string): string => text.slice(0, MAX_LENGTH).replace(/^[\s\p{Cf}]+|[\s\p{Cf}]+$/gu, '')

// FNC1 ends a value of variable length; brackets are how people write it (GS1 General Specifications §4.14).
const unbracketed = (text: string): string =>
  text.replace(/\s+/g, '').replace(/\((\d{2,4})\)/g, (_, ai: string, at: number) => (at === 0 ? ai : `\x1d${ai}`))

function checked(digits: string): string {
  const gtin = digits.padStart(14, '0')
  checkElement('01', gtin)
  return gtin
}
