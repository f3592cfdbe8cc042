import { ProtocolError } from '../error.ts'
import type { TagBits } from './tag-bits.ts'
import type { TagElement, TagScheme } from './tag-partition.ts'

// The "+" schemes (TDS 2.3 §14.5, §14.6): the key as digits of four bits, so that nobody needs to know the length of the company prefix,
// and texts as three bits that say how they are written, their length, and their characters.

/** RFC 4648 §5: a text of letters, digits, `-` and `_` fits in six bits a character (TDS table 14-7). */
const BASE64_URL = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'
/** URN Code 40: three characters in 16 bits (TDS table 14-8); index 0 fills up the last three. */
const CODE_40 = '\0ABCDEFGHIJKLMNOPQRSTUVWXYZ-.:0123456789'

/** A text of `least` to `most` characters (TDS §14.5.6). @throws ProtocolError GS1_TAG */
function text(bits: TagBits, most: number, least = 1): string {
  const method = bits.small(3)
  const length = bits.small(5)
  if (length < least || length > most) throw new ProtocolError('GS1_TAG', `a text of the tag has ${length} characters`)
  switch (method) {
    case 0:
      return number(bits, length)
    case 1:
      return characters(length, () => '0123456789ABCDEF'[bits.small(4)]!)
    case 2:
      return characters(length, () => '0123456789abcdef'[bits.small(4)]!)
    case 3:
      return characters(length, () => BASE64_URL[bits.small(6)]!)
    case 4:
      return characters(length, () => String.fromCharCode(bits.small(7)))
    case 5:
      return code40(bits, length)
    default:
      throw new ProtocolError('GS1_TAG', 'the tag writes a text in a way that is not in use')
  }
}

function characters(length: number, next: () => string): string {
  return Array.from({ length }, next).join('')
}

/** So many digits in as few bits as hold the highest number of that many (TDS table B). */
function number(bits: TagBits, length: number): string {
  if (length === 0) return ''
  const highest = 10n ** BigInt(length) - 1n
  return bits.digits(highest.toString(2).length, length)
}

function code40(bits: TagBits, length: number): string {
  let found = ''
  for (let i = 0; i < Math.ceil(length / 3); i++) {
    const value = bits.small(16) - 1
    if (value < 0 || value >= 64_000) throw new ProtocolError('GS1_TAG', 'three characters of the tag are out of range')
    found += CODE_40[Math.floor(value / 1600)]! + CODE_40[Math.floor(value / 40) % 40]! + CODE_40[value % 40]!
  }
  const filled = found.replace(/\0+$/, '')
  if (filled.length !== length || filled.includes('\0'))
    throw new ProtocolError('GS1_TAG', 'a text of the tag is not as long as it says')
  return filled
}

/** Digits of four bits up to a sign that ends them or turns to a text (TDS §14.5.5), at most `most` characters together. */
function delimited(bits: TagBits, most: number): string {
  let value = ''
  while (value.length <= most) {
    const digit = bits.small(4)
    if (digit === 0xf) return value
    if (digit === 0xe) return value + text(bits, most - value.length)
    if (digit > 9) break
    value += digit
  }
  throw new ProtocolError('GS1_TAG', 'a number of the tag has no end')
}

/** The date that DSGTIN+ puts first: its kind, then year, month and day (TDS §14.5.3). */
const DATES = ['11', '13', '15', '16', '17', '7006', '7007'] as const

function date(bits: TagBits): TagElement {
  const ai = DATES[bits.small(4)]
  if (ai === undefined) throw new ProtocolError('GS1_TAG', 'the tag has a kind of date that is not in use')
  const two = (count: number): string => bits.digits(count, 2)
  return [ai, two(7) + two(4) + two(5)]
}

const serial = (bits: TagBits): TagElement => ['21', text(bits, 20)]

function location(bits: TagBits): TagElement[] {
  const place: TagElement = ['414', bits.nibbles(13)]
  const extension = text(bits, 20, 0)
  // An extension of a lone 0 says that there is none, as in the older schemes (TDS §14.6.3).
  return extension === '0' || extension === '' ? [place] : [place, ['254', extension]]
}

type Read = TagScheme['read']

const sgtin: Read = (b) => [['01', b.nibbles(14)], serial(b)]
const dated: Read = (b) => {
  const day = date(b)
  return [...sgtin(b), day]
}
const sscc: Read = (b) => [['00', b.nibbles(18)]]
const grai: Read = (b) => [['8003', b.nibbles(14) + text(b, 16)]]
const giai: Read = (b) => [['8004', delimited(b, 30)]]
const gsrn: Read = (b) => [['8018', b.nibbles(18)]]
const gsrnp: Read = (b) => [['8017', b.nibbles(18)]]
const gdti: Read = (b) => [['253', b.nibbles(13) + text(b, 17)]]
const itip: Read = (b) => [['8006', b.nibbles(18)], serial(b)]

/** A "+" scheme; with `hostname` a "++" one, which appends the name of a host that resolves the key: that names nothing else. */
export interface PlusScheme {
  readonly name: string
  readonly hostname: boolean
  read: Read
}

const plus = (name: string, read: Read): PlusScheme => ({ name: `${name}+`, hostname: false, read })
const plusPlus = (name: string, read: Read): PlusScheme => ({ name: `${name}++`, hostname: true, read })

/** Schemes by header (TDS table 14-1). */
export const PLUS_SCHEMES: ReadonlyMap<number, PlusScheme> = new Map([
  [0xf1, plus('GRAI', grai)],
  [0xf2, plus('SGLN', location)],
  [0xf3, plus('ITIP', itip)],
  [0xf4, plus('GSRN', gsrn)],
  [0xf5, plus('GSRNP', gsrnp)],
  [0xf6, plus('GDTI', gdti)],
  [0xf7, plus('SGTIN', sgtin)],
  [0xf9, plus('SSCC', sscc)],
  [0xfa, plus('GIAI', giai)],
  [0xfb, plus('DSGTIN', dated)],
  [0xe7, plusPlus('GSRN', gsrn)],
  [0xe8, plusPlus('GSRNP', gsrnp)],
  [0xe9, plusPlus('SGLN', location)],
  [0xea, plusPlus('GDTI', gdti)],
  [0xeb, plusPlus('GRAI', grai)],
  [0xed, plusPlus('ITIP', itip)],
  [0xee, plusPlus('GIAI', giai)],
  [0xef, plusPlus('SSCC', sscc)],
  [0xfc, plusPlus('DSGTIN', dated)],
  [0xfd, plusPlus('SGTIN', sgtin)],
])
