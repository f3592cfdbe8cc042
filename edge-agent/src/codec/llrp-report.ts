import type { TagRead } from './gen2-tag.ts'
import { view } from './llrp.ts'
import { LlrpMalformed, llrpParameters } from './llrp-parameter.ts'

/** Whether the reader obeyed; its code (0: yes) and its own words. */
export interface LlrpStatus {
  code: number
  text: string
}

const ANTENNA = 1
const PEAK_RSSI = 6
const SEEN_COUNT = 8
const PC_BITS = 12
const EPC_96 = 13
const TAG_REPORT = 240
const EPC_DATA = 241
const READER_EVENT = 246
const CONNECTION_ATTEMPT = 256
const CONNECTION_CLOSE = 257
const STATUS = 287

/** The reader's own words are shown to people: as many as fit a line. */
const MAX_TEXT = 200

/** The tags of an RO_ACCESS_REPORT. @throws LlrpMalformed */
export function reportedTags(body: Uint8Array): TagRead[] {
  const tags: TagRead[] = []
  for (const { type, value } of llrpParameters(body)) {
    // Reports of surveys and of makers stand beside those of tags.
    if (type === TAG_REPORT) tags.push(...tagOf(value))
  }
  return tags
}

function tagOf(report: Uint8Array): TagRead[] {
  let epc: Uint8Array | undefined
  const tag: Omit<TagRead, 'epc'> = { antenna: 0, count: 1 }
  for (const { type, value } of llrpParameters(report)) {
    if (type === EPC_96) epc = value.slice()
    else if (type === EPC_DATA) epc = epcData(value)
    else if (type === ANTENNA) tag.antenna = view(value).getUint16(0)
    else if (type === PEAK_RSSI) tag.rssi = view(value).getInt8(0)
    // A report without a new answer says 0.
    else if (type === SEEN_COUNT) tag.count = Math.max(1, view(value).getUint16(0))
    else if (type === PC_BITS) tag.pc = view(value).getUint16(0)
  }
  return epc && epc.length > 0 ? [{ ...tag, epc }] : []
}

/** The EPC's length in bits, and its bytes. */
function epcData(value: Uint8Array): Uint8Array {
  if (value.length < 2) throw new LlrpMalformed('an EPC without length')
  const bits = view(value).getUint16(0)
  const bytes = Math.ceil(bits / 8)
  if (bytes > value.length - 2) throw new LlrpMalformed(`an EPC of ${bits} bits in ${value.length - 2} bytes`)
  return value.slice(2, 2 + bytes)
}

/** The status in a response or an ERROR_MESSAGE. @throws LlrpMalformed where there is none */
export function statusOf(body: Uint8Array): LlrpStatus {
  for (const { type, value } of llrpParameters(body)) {
    if (type !== STATUS || value.length < 4) continue
    const length = view(value).getUint16(2)
    return {
      code: view(value).getUint16(0),
      text: new TextDecoder().decode(value.subarray(4, 4 + Math.min(length, MAX_TEXT))),
    }
  }
  throw new LlrpMalformed('a response without status')
}

/** What a READER_EVENT_NOTIFICATION says of the connection: 0 it is open, above 0 why not; 'closing' when the reader ends it. @throws LlrpMalformed */
export function connectionEvent(body: Uint8Array): number | 'closing' | undefined {
  for (const { type, value } of llrpParameters(body)) {
    if (type !== READER_EVENT) continue
    for (const event of llrpParameters(value)) {
      if (event.type === CONNECTION_ATTEMPT && event.value.length >= 2) return view(event.value).getUint16(0)
      if (event.type === CONNECTION_CLOSE) return 'closing'
    }
  }
  return undefined
}
