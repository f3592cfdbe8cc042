import { tlv, u8, u16, u32 } from './llrp-parameter.ts'

/** The one reader operation of a gateway; readers number them from 1. */
export const ROSPEC_ID = 1

const NULL_TRIGGER = 0
const PERIODIC = 1
const DISABLED = 0
const GEN2 = 1
/** A report after every so many tags, or at the end of the inventory. */
const UPON_N_TAGS = 1

/** Antenna, strength and count of answers with each tag. */
const REPORT_CONTENT = (1 << 12) | (1 << 10) | (1 << 7)
/** And its protocol control word: without it a number of another system looks like an EPC. */
const WITH_PC = 0x40

/**
 * An inventory that runs until it is stopped, on these antennas (none: on all), and reports each tag at once (LLRP 1.1 §11.2). Nothing in it
 * depends on the reader's capabilities: power and mode stay as the reader is set.
 */
export function addRoSpec(antennas: readonly number[]): Uint8Array {
  const start = tlv(179, u8(NULL_TRIGGER))
  const stop = tlv(182, u8(NULL_TRIGGER), u32(0))
  const list = antennas.length === 0 ? [0] : antennas
  const inventory = tlv(183, u16(list.length, ...list), tlv(184, u8(NULL_TRIGGER), u32(0)), tlv(186, u16(1), u8(GEN2)))
  const report = tlv(237, u8(UPON_N_TAGS), u16(1), tlv(238, u16(REPORT_CONTENT), tlv(348, u8(WITH_PC))))
  return tlv(177, u32(ROSPEC_ID), u8(0, DISABLED), tlv(178, start, stop), inventory, report)
}

/** The operation that a message is about; 0 is every one. */
export function roSpecId(id: number): Uint8Array {
  return u32(id)
}

/** Asks for a KEEPALIVE every so many ms; the reader's other settings stay. */
export function keepaliveConfig(everyMs: number): Uint8Array {
  return Uint8Array.from([0, ...tlv(220, u8(PERIODIC), u32(everyMs))])
}
