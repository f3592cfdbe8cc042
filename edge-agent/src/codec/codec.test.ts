import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { As7265xLines } from './as7265x.ts'
import { AsciiLine } from './ascii-line.ts'
import type { Codec } from './codec.ts'
import { M100Frames } from './m100.ts'
import { crc16, type ModbusRequest, ModbusRtu } from './modbus-rtu.ts'
import { Nmea } from './nmea.ts'
import { ScannerLine } from './scanner-line.ts'

/** What every codec of a byte line must hold, whatever its protocol. */

interface Subject {
  make(): Codec<unknown>
  /** The bytes of the nth whole message, and how many messages one gives. */
  frame(n: number): Uint8Array
  /** A codec that waits for one reply takes no second. */
  only?: 1
}

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text)
const ask: ModbusRequest = { unit: 1, fn: 4, address: 1, count: 2 }

function modbusReply(n: number): Uint8Array {
  const body = [1, 4, 4, 0, n & 0xff, 2, 0x22]
  const crc = crc16(body, body.length)
  return Uint8Array.from([...body, crc & 0xff, crc >> 8])
}

function epoch(n: number): Uint8Array {
  const time = `0315${String(n % 60).padStart(2, '0')}.00`
  const sentence = (body: string): string => {
    const sum = [...body].reduce((x, c) => x ^ c.charCodeAt(0), 0)
    return `$${body}*${sum.toString(16).toUpperCase().padStart(2, '0')}\r\n`
  }
  const gga = sentence(`GPGGA,${time},3014.4000,N,10928.8000,E,1,09,1.1,480.0,M,0.0,M,,`)
  return bytes(gga + sentence(`GNRMC,${time},A,3014.4000,N,10928.8000,E,0.1,0.0,221126,,,A`))
}

function tag(n: number): Uint8Array {
  // A reply that sets the power, with the number where the parameter is: short, and its check sum moves with it.
  const body = [0x01, 0xb6, 0x00, 0x01, n & 0xff]
  return Uint8Array.from([0xbb, ...body, body.reduce((sum, byte) => sum + byte, 0) & 0xff, 0x7e])
}

const subjects: Record<string, Subject> = {
  'Modbus RTU': {
    make() {
      const codec = new ModbusRtu()
      codec.expect(ask)
      return codec
    },
    frame: modbusReply,
    only: 1,
  },
  NMEA: { make: () => new Nmea(), frame: epoch },
  'scanner line': { make: () => new ScannerLine(), frame: (n) => bytes(`]d2010950600013435221A${n}\r\n`) },
  'text line': { make: () => new AsciiLine('<'), frame: (n) => bytes(`Temp-Inner:${n % 60}.31 [C],47.06 [%RH]<`) },
  'AT lines': { make: () => new As7265xLines(), frame: (n) => bytes(`${n}, 2, 3 OK\n`) },
  M100: { make: () => new M100Frames(), frame: tag },
}

function run(codec: Codec<unknown>, chunks: readonly Uint8Array[], nowMs = 0): unknown[] {
  return chunks.flatMap((chunk) => codec.push(chunk, nowMs))
}

function cut(whole: Uint8Array, marks: readonly number[]): Uint8Array[] {
  const edges = [0, ...marks.map((mark) => mark % (whole.length + 1)).sort((a, b) => a - b), whole.length]
  return edges.slice(1).map((end, i) => whole.subarray(edges[i], end))
}

const join = (parts: readonly Uint8Array[]): Uint8Array => Uint8Array.from(parts.flatMap((part) => [...part]))
const frames = ({ frame, only }: Subject): fc.Arbitrary<Uint8Array[]> =>
  fc.array(fc.integer({ min: 0, max: 250 }).map(frame), { minLength: 1, maxLength: only ?? 6 })

describe.each(Object.entries(subjects))('%s', (_, subject) => {
  it('gives the same messages for every chunking', () => {
    fc.assert(
      fc.property(frames(subject), fc.array(fc.nat(2000), { maxLength: 30 }), (list, marks) => {
        const whole = join(list)
        const messages = run(subject.make(), [whole])
        expect(messages.length).toBeGreaterThan(0)
        expect(run(subject.make(), cut(whole, marks))).toEqual(messages)
        const singly = [...whole].map((byte) => Uint8Array.of(byte))
        expect(run(subject.make(), singly)).toEqual(messages)
      }),
    )
  })

  it('loses at most one message to noise in front', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 24 }), fc.nat(200), (noise, n) => {
        const list = subject.only ? [subject.frame(n)] : [subject.frame(n), subject.frame(n + 1), subject.frame(n + 2)]
        const wanted = run(subject.make(), [join(list.slice(subject.only ? 0 : 1))], 1000)
        const codec = subject.make()
        codec.push(noise, 0)
        // A byte line is silent between what others say and the next message.
        codec.idle(1000)
        const messages = list.flatMap((frame) => codec.push(frame, 1000))
        expect(messages.slice(-wanted.length)).toEqual(wanted)
      }),
    )
  })

  it('finds the next message after one that was damaged anywhere', () => {
    fc.assert(
      fc.property(fc.nat(200), fc.nat(10_000), fc.integer({ min: 1, max: 255 }), (n, where, mask) => {
        const damaged = subject.frame(n).slice()
        damaged[where % damaged.length]! ^= mask
        const list = subject.only ? [subject.frame(n + 1)] : [subject.frame(n + 1), subject.frame(n + 2)]
        const wanted = run(subject.make(), [list.at(-1)!], 1000)
        const codec = subject.make()
        codec.push(damaged, 0)
        codec.idle(1000)
        const messages = list.flatMap((frame) => codec.push(frame, 1000))
        // With only one reply awaited, a flipped bit that nothing shows (none for a CRC) would have been it.
        expect(messages.slice(-wanted.length)).toEqual(wanted)
      }),
    )
  })

  it('never throws, counts every byte, and forgets when it is told to', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 200 }), { maxLength: 10 }), fc.nat(200), (chunks, n) => {
        const codec = subject.make()
        run(codec, chunks)
        codec.idle(10_000)
        expect(codec.stats.bytes).toBe(chunks.reduce((sum, chunk) => sum + chunk.length, 0))
        codec.reset()
        if (codec instanceof ModbusRtu) codec.expect(ask)
        const fresh = run(subject.make(), [subject.frame(n)])
        expect(run(codec, [subject.frame(n)])).toEqual(fresh)
      }),
    )
  })
})
