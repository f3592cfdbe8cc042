import { ProtocolError } from '../error.ts'
import { digitalLink, digitalLinkWithAttributes } from './digital-link.ts'
import type { Elements } from './element.ts'
import { TagBits } from './tag-bits.ts'
import { PARTITION_SCHEMES, type TagElement } from './tag-partition.ts'
import { PLUS_SCHEMES } from './tag-plus.ts'

/** What the EPC memory of a UHF tag says. It is a label, read without line of sight: anyone may write the same to another tag. */
export interface Tag {
  /** 'SGTIN-96', 'SSCC+', … */
  scheme: string
  /** What kind of thing the tag is on, for sorting reads out: 0 all others, 1 retail item, … (TDS §10). */
  filter: number
  /** By Application Identifier; also a date that a DSGTIN+ tag carries. */
  elements: Elements
  /** Canonical GS1 Digital Link: the name of what the tag is on. */
  uri: string
  /** The same with the elements that do not name it, as attributes: what a label's QR Code would carry. */
  label: string
}

/**
 * Reads the EPC of a tag (the words that its protocol control word counts) as the GS1 Tag Data Standard 2.3 §14 writes it: the schemes of
 * 96 to 202 bits, the "+" schemes and the "++" ones. What follows the EPC of a "+" scheme as `+AIDC data` is left unread.
 * @throws ProtocolError GS1_TAG (not a scheme we read, or its bits are damaged), GS1_CHECK_DIGIT, GS1_AI_* (a value that no key can have)
 */
export function decodeTag(epc: Uint8Array): Tag {
  const bits = new TagBits(epc)
  const header = bits.small(8)
  const partition = PARTITION_SCHEMES.get(header)
  if (partition !== undefined) {
    if (bits.left + 8 < partition.bits)
      throw new ProtocolError('GS1_TAG', `a ${partition.name} tag has ${partition.bits} bits`)
    const filter = bits.small(3)
    const elements = partition.read(bits)
    bits.zeros()
    return tag(partition.name, filter, elements)
  }
  const plus = PLUS_SCHEMES.get(header)
  if (plus === undefined) throw new ProtocolError('GS1_TAG', `header ${hex(header)} is not a scheme that we read`)
  const appended = bits.small(1) === 1
  const filter = bits.small(3)
  const elements = plus.read(bits)
  if (!appended && !plus.hostname) bits.zeros()
  return tag(plus.name, filter, elements)
}

function tag(scheme: string, filter: number, list: readonly TagElement[]): Tag {
  const elements = new Map(list)
  return { scheme, filter, elements, uri: digitalLink(elements), label: digitalLinkWithAttributes(elements) }
}

function hex(byte: number): string {
  return byte.toString(16).toUpperCase().padStart(2, '0')
}
