import { concat, fromHex, toHex } from '@tristamp/protocol'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { encodeLlrp, LLRP, type LlrpMessage, LlrpStream } from './llrp.ts'
import { LlrpMalformed, llrpParameters, tlv, u8, u16, u32 } from './llrp-parameter.ts'
import { connectionEvent, reportedTags, statusOf } from './llrp-report.ts'
import { addRoSpec } from './llrp-rospec.ts'

const read = (...chunks: Uint8Array[]): LlrpMessage[] => {
  const stream = new LlrpStream()
  return chunks.flatMap((chunk) => stream.push(chunk, 0))
}
const bytes = (hex: string): Uint8Array => fromHex(hex.replaceAll(' ', ''))

/** As another implementation of LLRP writes them. */
const GREETING = '043f0000002000000001 00f60016 0080000c000660dbdda60020 010000060000'
const REPORT =
  '043d0000003b00000002 00f00019 8d30764433400c0e4000000001 810001 86c9 880003 00f00018 00f10014 0070 30764433400c0e40000000010000'

describe('LLRP messages', () => {
  it('reads a greeting', () => {
    const [message] = read(bytes(GREETING))
    expect(message).toMatchObject({ type: LLRP.READER_EVENT_NOTIFICATION, id: 1 })
    expect(connectionEvent(message!.body)).toBe(0)
  })

  it('reads tags of 96 bits and of other lengths', () => {
    const [message] = read(bytes(REPORT))
    expect(reportedTags(message!.body)).toEqual([
      { epc: fromHex('30764433400c0e4000000001'), antenna: 1, rssi: -55, count: 3 },
      { epc: fromHex('30764433400c0e40000000010000'), antenna: 0, count: 1 },
    ])
  })

  it('reads a status and the reader’s own words', () => {
    const words = new TextEncoder().encode('no antenna 9')
    const body = tlv(287, u16(100, words.length), words)
    expect(statusOf(body)).toEqual({ code: 100, text: 'no antenna 9' })
    expect(() => statusOf(new Uint8Array())).toThrow(LlrpMalformed)
  })

  it('passes over what it does not know, and refuses what is cut', () => {
    const unknown = tlv(1023, u32(7))
    expect(reportedTags(concat(unknown, bytes(REPORT).slice(10)))).toHaveLength(2)
    expect(() => reportedTags(bytes(REPORT).slice(10, -1))).toThrow(LlrpMalformed)
    expect(() => [...llrpParameters(u8(0x80 | 99, 0))]).toThrow(LlrpMalformed)
    expect(() => reportedTags(tlv(240, tlv(241, u16(97), new Uint8Array(12))))).toThrow(LlrpMalformed)
  })

  it('writes an operation for some antennas or all', () => {
    expect(toHex(addRoSpec([1, 2]))).toContain('00b7' /* AISpec */)
    expect(toHex(addRoSpec([1, 2]))).toContain('000200010002')
    expect(toHex(addRoSpec([]))).toContain('00010000')
  })
})

const messages = fc.array(
  fc.record({
    type: fc.integer({ min: 1, max: 1023 }),
    id: fc.integer({ min: 0, max: 0xffffffff }),
    body: fc.uint8Array({ maxLength: 60 }),
  }),
  { maxLength: 6 },
)

describe('LLRP stream', () => {
  it('gives the same messages however the bytes are cut', () => {
    fc.assert(
      fc.property(messages, fc.array(fc.nat(), { maxLength: 10 }), (list, cuts) => {
        const stream = concat(...list.map(({ type, id, body }) => encodeLlrp(type, id, body)))
        const at = [...new Set(cuts.map((cut) => cut % (stream.length + 1)))].sort((a, b) => a - b)
        const chunks = [...at, stream.length].map((end, i) => stream.subarray(i === 0 ? 0 : at[i - 1], end))
        expect(read(stream)).toEqual(list)
        expect(read(...chunks)).toEqual(list)
        expect(read(...Array.from(stream, (byte) => Uint8Array.of(byte)))).toEqual(list)
      }),
    )
  })

  it('says when it cannot be read on, and holds nothing then', () => {
    for (const bad of ['ffffffffffffffffffff', '04 3e 00000009 00000001', '04 3e 7fffffff 00000001']) {
      const stream = new LlrpStream()
      expect(stream.push(bytes(bad), 0)).toEqual([])
      expect(stream.broken).toBeDefined()
      expect(stream.push(encodeLlrp(LLRP.KEEPALIVE, 1), 0)).toEqual([])
    }
  })

  it('costs no more than its length, in whatever crumbs a message comes', () => {
    const stream = new LlrpStream()
    const message = encodeLlrp(LLRP.RO_ACCESS_REPORT, 1, new Uint8Array(500_000))
    const before = process.memoryUsage().heapUsed
    for (const byte of message.subarray(0, -1)) stream.push(Uint8Array.of(byte), 0)
    // Each byte kept by itself would be 200 MB for a message of the longest.
    expect(process.memoryUsage().heapUsed - before).toBeLessThan(40_000_000)
    expect(stream.push(message.subarray(-1), 0)).toHaveLength(1)
  })

  it('never throws, whatever comes', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 50 }), { maxLength: 10 }), (chunks) => {
        for (const { body } of read(...chunks)) {
          for (const look of [reportedTags, statusOf, connectionEvent]) {
            try {
              look(body)
            } catch (error) {
              expect(error).toBeInstanceOf(LlrpMalformed)
            }
          }
        }
      }),
    )
  })

  it('never throws anything else, whatever stands in parameters of every type', () => {
    const leaf = fc
      .tuple(fc.oneof(fc.nat(20), fc.nat(1023)), fc.uint8Array({ maxLength: 14 }))
      .map(([type, value]) => tlv(type, value))
    const fixed = fc
      .tuple(fc.nat(127), fc.uint8Array({ maxLength: 14 }))
      .map(([type, value]) => concat(u8(0x80 | type), value))
    const inner = fc.array(fc.oneof(leaf, fixed), { maxLength: 3 }).map((list) => concat(...list))
    const outer = fc.tuple(fc.constantFrom(240, 246, 287), inner).map(([type, value]) => tlv(type, value))
    fc.assert(
      fc.property(outer, (body) => {
        for (const look of [reportedTags, statusOf, connectionEvent]) {
          try {
            look(body)
          } catch (error) {
            expect(error).toBeInstanceOf(LlrpMalformed)
          }
        }
      }),
      { numRuns: 500 },
    )
  })

  it('refuses a short type with a length of its own: there is none, and its value would be too short', () => {
    for (const type of [1, 6, 8, 12, 13]) expect(() => reportedTags(tlv(240, tlv(type)))).toThrow(LlrpMalformed)
  })
})
