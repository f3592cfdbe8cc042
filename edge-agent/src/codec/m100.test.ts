import { readFileSync } from 'node:fs'
import { fromHex, toHex } from '@tristamp/protocol'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { vectors } from '../../../test/_vectors.ts'
import { gen2Crc } from './gen2-crc.ts'
import { encodeM100, M100, M100Frames, type M100Message, multiPoll, setPower } from './m100.ts'

const bytes = (hex: string): Uint8Array => fromHex(hex.toLowerCase())
const read = (...chunks: Uint8Array[]): M100Message[] => {
  const codec = new M100Frames()
  return chunks.flatMap((chunk, i) => codec.push(chunk, i))
}

/** Frames as written in the module's manual and seen on wires. */
const NOTICE = 'BB02220011C9340030751FEB705C5904E3D50D703A76EF7E'
const NASTY = 'BB02220011BB3000BB7E00112233445566BB7E99D668CE7E'
const NO_TAG_FRAME = 'BB01FF000115167E'

describe('M100 frames', () => {
  it('reads a tag with its strength and control word', () => {
    expect(read(bytes(NOTICE))).toEqual([
      { kind: 'tag', rssi: -55, pc: 0x3400, epc: bytes('30751FEB705C5904E3D50D70') },
    ])
  })

  it('goes by the length, for an EPC may hold the begin and end bytes', () => {
    const [message] = read(bytes(NASTY))
    expect(message).toMatchObject({ kind: 'tag', rssi: -69, epc: bytes('BB7E00112233445566BB7E99') })
  })

  it('knows replies and failures', () => {
    expect(read(bytes(`BB01280001002A7E${NO_TAG_FRAME}`))).toEqual([
      { kind: 'reply', command: M100.stop, params: Uint8Array.of(0) },
      { kind: 'failure', code: 0x15 },
    ])
  })

  it('refuses a tag whose own CRC is wrong although the frame is whole', () => {
    expect(read(bytes('BB02220011D03000E2004712B0006013044509D10000B67E'))).toEqual([
      { kind: 'damaged', why: 'tag CRC' },
    ])
  })

  it('writes the commands of the manual', () => {
    expect(toHex(encodeM100(M100.version, [0])).toUpperCase()).toBe('BB0003000100047E')
    expect(toHex(multiPoll(65_535)).toUpperCase()).toBe('BB0027000322FFFF4A7E')
    expect(toHex(setPower(2600)).toUpperCase()).toBe('BB00B600020A28EA7E')
    expect(toHex(encodeM100(M100.region, [1])).toUpperCase()).toBe('BB0007000101097E')
    expect(toHex(encodeM100(M100.stop)).toUpperCase()).toBe('BB00280000287E')
  })

  it('gives up a cut frame after a while, and reads what stands behind it', () => {
    const codec = new M100Frames()
    expect(codec.push(bytes(NOTICE).subarray(0, 20), 0)).toEqual([])
    expect(codec.idle(50)).toEqual([])
    expect(codec.idle(100)).toEqual([])
    expect(codec.push(bytes(NOTICE), 101)).toHaveLength(1)
  })
})

const folder = vectors('edge')
interface Vectors {
  valid: { dir: string; hex: string }[]
  invalid: { hex: string }[]
  generated: { hex: string; epc?: string; tagCrcOk?: boolean }[]
}

describe.skipIf(folder === undefined)('M100 vectors', () => {
  const file = JSON.parse(folder ? readFileSync(`${folder}/m100-uhf.json`, 'utf8') : '{}') as Vectors

  it('reads every frame that a module sends', () => {
    for (const { hex, dir } of file.valid) expect(read(bytes(hex)), hex).toHaveLength(dir === 'cmd' ? 0 : 1)
    for (const { hex } of file.invalid) expect(read(bytes(hex)), hex).toEqual([])
    for (const { hex, epc, tagCrcOk } of file.generated) {
      const [message] = read(bytes(hex))
      expect(message, hex).toMatchObject(tagCrcOk === false ? { kind: 'damaged' } : { kind: 'tag', epc: bytes(epc!) })
    }
  })
})

/** A notice as a module writes it, made from the description and not by the codec. */
function notice(epc: Uint8Array, rssi: number): Uint8Array {
  const pc = (epc.length / 2) << 11
  const inner = Uint8Array.of(pc >> 8, pc & 0xff, ...epc)
  const crc = gen2Crc(inner)
  const body = [2, 0x22, 0, inner.length + 3, rssi & 0xff, ...inner, crc >> 8, crc & 0xff]
  return Uint8Array.of(0xbb, ...body, body.reduce((a, b) => a + b, 0) & 0xff, 0x7e)
}

const epcs = fc
  .integer({ min: 1, max: 31 })
  .chain((words) => fc.uint8Array({ minLength: words * 2, maxLength: words * 2 }))
/** EPCs that try to look like frames. */
const nasty = fc
  .array(fc.constantFrom(0xbb, 0x7e, 0x01, 0x02, 0x22, 0x00, 0x11), { minLength: 12, maxLength: 12 })
  .map((list) => Uint8Array.from(list))
const frames = fc.array(
  fc.oneof(
    fc.tuple(fc.oneof(epcs, nasty), fc.integer({ min: -128, max: 127 })).map(([epc, rssi]) => notice(epc, rssi)),
    fc.constantFrom(bytes(NO_TAG_FRAME), bytes('BB01280001002A7E'), bytes('BB0107000100097E')),
  ),
  { maxLength: 8 },
)

function chunked(stream: Uint8Array, cuts: readonly number[]): Uint8Array[] {
  const at = [...new Set(cuts.map((cut) => cut % (stream.length + 1)))].sort((a, b) => a - b)
  return [...at, stream.length].map((end, i) => stream.subarray(i === 0 ? 0 : at[i - 1], end))
}

describe('M100 codec', () => {
  it('gives the same messages however the bytes are cut, every frame one', () => {
    fc.assert(
      fc.property(frames, fc.array(fc.nat(), { maxLength: 12 }), (list, cuts) => {
        const stream = Buffer.concat(list)
        const whole = read(stream)
        expect(whole).toHaveLength(list.length)
        expect(read(...chunked(stream, cuts))).toEqual(whole)
        expect(read(...Array.from(stream, (byte) => Uint8Array.of(byte)))).toEqual(whole)
      }),
    )
  })

  it('loses no frame to noise around it, and never throws', () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ maxLength: 40 }),
        fc.oneof(epcs, nasty),
        fc.uint8Array({ maxLength: 40 }),
        (a, epc, b) => {
          const codec = new M100Frames()
          const messages = codec.push(Buffer.concat([a, notice(epc, -60), b]), 0)
          // Noise that looks like the beginning of a long frame is found out by silence, if by nothing else.
          messages.push(...codec.idle(100))
          const tags = messages.filter((message) => message.kind === 'tag')
          expect(tags).toContainEqual({ kind: 'tag', rssi: -60, pc: (epc.length / 2) << 11, epc })
        },
      ),
      { numRuns: 500 },
    )
  })

  it('holds no more than one frame in any stream', () => {
    const codec = new M100Frames()
    const noise = new Uint8Array(200_000).fill(0xbb)
    expect(codec.push(noise, 0)).toEqual([])
    expect(codec.push(bytes(NOTICE), 1)).toHaveLength(1)
  })
})
