import { decodeTag, ProtocolError, type Tag } from '@tristamp/protocol'

/** One answer of a tag, whatever reader took it. */
export interface TagRead {
  /** The EPC field as the tag sent it. */
  epc: Uint8Array
  /** The protocol control word in front of it, where the reader hands it on. */
  pc?: number | undefined
  antenna: number
  /** dBm */
  rssi?: number | undefined
  /** Answers that the reader has counted together; 1 where it does not count. */
  count: number
}

/** Bit 17h: the field holds a number of another system (ISO/IEC 15961), not an EPC. */
const TOGGLE = 0x0100
/** Bit 16h: an extended control word stands where the EPC should begin. */
const EXTENDED = 0x0200

/** What a tag says, or why it is none that we read: never a guess. */
export function readTag(epc: Uint8Array, pc: number | undefined): Tag | { why: string } {
  if (pc !== undefined && pc & TOGGLE) return { why: 'it is not an EPC but a number of another system' }
  if (pc !== undefined && pc & EXTENDED) return { why: 'it has an extended control word' }
  try {
    return decodeTag(epc)
  } catch (error) {
    if (error instanceof ProtocolError) return { why: error.message }
    throw error
  }
}
