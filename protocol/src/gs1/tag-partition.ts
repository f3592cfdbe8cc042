import { ProtocolError } from '../error.ts'
import { checkDigit } from './check-digit.ts'
import type { TagBits } from './tag-bits.ts'

// The schemes of the Tag Data Standard 1.x (TDS 2.3 §14.6): filter, partition, company prefix, reference, and a serial number where the key has one.
// The partition says how long the prefix is; the key needs no more than both numbers side by side.

/** Bits of the company prefix by partition; it has 12 digits in partition 0 and one fewer in each next one. */
const PREFIX_BITS = [40, 37, 34, 30, 27, 24, 20] as const

/** A value of the tag by its Application Identifier. */
export type TagElement = readonly [ai: string, value: string]

/** One scheme: how its bits after the filter are read. */
export interface TagScheme {
  readonly name: string
  /** Its bits with header, filter and partition. */
  readonly bits: number
  read(bits: TagBits): TagElement[]
}

interface Reference {
  prefix: string
  reference: string
}

/** Company prefix and a reference of so many digits together; their bits add up to the same in every partition. */
function partitioned(bits: TagBits, digits: number, sumBits: number): Reference {
  const prefixBits = PREFIX_BITS[bits.small(3)]
  if (prefixBits === undefined) throw new ProtocolError('GS1_TAG', 'the tag has a partition that is not in use')
  const prefixDigits = 12 - PREFIX_BITS.indexOf(prefixBits)
  const prefix = bits.digits(prefixBits, prefixDigits)
  return { prefix, reference: bits.digits(sumBits - prefixBits, digits - prefixDigits) }
}

/** The indicator or extension digit is the reference's first one and stands before the prefix in the key. */
function indicated({ prefix, reference }: Reference): string {
  return closed(`${reference.slice(0, 1)}${prefix}${reference.slice(1)}`)
}

function closed(digits: string): string {
  return digits + checkDigit(digits)
}

function plain({ prefix, reference }: Reference): string {
  return closed(prefix + reference)
}

/** A serial number in so many bits, without leading zeros. */
function serial(bits: TagBits, count: number): string {
  return bits.big(count).toString()
}

/** Prefix and reference of a GIAI: the reference fills what the prefix leaves and has no fixed number of digits. */
function individual(bits: TagBits, sumBits: number, read: (count: number) => string): string {
  const prefixBits = PREFIX_BITS[bits.small(3)]
  if (prefixBits === undefined) throw new ProtocolError('GS1_TAG', 'the tag has a partition that is not in use')
  const prefix = bits.digits(prefixBits, 12 - PREFIX_BITS.indexOf(prefixBits))
  return prefix + read(sumBits - prefixBits)
}

const gtin = (bits: TagBits): TagElement => ['01', indicated(partitioned(bits, 13, 44))]
const gln = (bits: TagBits): string => plain(partitioned(bits, 12, 41))
const service = (bits: TagBits): string => {
  const number = plain(partitioned(bits, 17, 58))
  bits.zeros(24)
  return number
}

/** A location with its extension; a lone 0 says that there is none (TDS §14.6.3). */
function location(number: string, extension: string): TagElement[] {
  return extension === '0'
    ? [['414', number]]
    : [
        ['414', number],
        ['254', extension],
      ]
}

/** Schemes by header. */
export const PARTITION_SCHEMES: ReadonlyMap<number, TagScheme> = new Map<number, TagScheme>([
  [0x2c, { name: 'GDTI-96', bits: 96, read: (b) => [['253', gln(b) + serial(b, 41)]] }],
  [0x2d, { name: 'GSRN-96', bits: 96, read: (b) => [['8018', service(b)]] }],
  [0x2e, { name: 'GSRNP-96', bits: 96, read: (b) => [['8017', service(b)]] }],
  [0x30, { name: 'SGTIN-96', bits: 96, read: (b) => [gtin(b), ['21', serial(b, 38)]] }],
  [
    0x31,
    {
      name: 'SSCC-96',
      bits: 96,
      read(b) {
        const unit = indicated(partitioned(b, 17, 58))
        b.zeros(24)
        return [['00', unit]]
      },
    },
  ],
  [0x32, { name: 'SGLN-96', bits: 96, read: (b) => location(gln(b), serial(b, 41)) }],
  [
    0x33,
    {
      name: 'GRAI-96',
      bits: 96,
      read: (b) => [['8003', `0${plain(partitioned(b, 12, 44))}${serial(b, 38)}`]],
    },
  ],
  [0x34, { name: 'GIAI-96', bits: 96, read: (b) => [['8004', individual(b, 82, (n) => serial(b, n))]] }],
  [0x36, { name: 'SGTIN-198', bits: 198, read: (b) => [gtin(b), ['21', b.sevenBit(140)]] }],
  [
    0x37,
    {
      name: 'GRAI-170',
      bits: 170,
      read: (b) => [['8003', `0${plain(partitioned(b, 12, 44))}${b.sevenBit(112)}`]],
    },
  ],
  [0x38, { name: 'GIAI-202', bits: 202, read: (b) => [['8004', individual(b, 188, (n) => b.sevenBit(n))]] }],
  [0x39, { name: 'SGLN-195', bits: 195, read: (b) => location(gln(b), b.sevenBit(140)) }],
  [0x3e, { name: 'GDTI-174', bits: 174, read: (b) => [['253', gln(b) + b.sevenBit(119)]] }],
])
