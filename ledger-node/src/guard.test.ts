import type { Socket } from 'node:net'
import { Duplex } from 'node:stream'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type GuardRefusal, PacketGuard } from './guard.ts'

const LIMITS = { packetBytes: 1000, connectBytes: 100 }

/** A socket whose incoming bytes a test writes. */
class FakeSocket extends Duplex {
  readonly sent: Buffer[] = []

  override _read(): void {
    // Bytes come by `push` alone.
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: () => void): void {
    this.sent.push(chunk)
    done()
  }
}

function guarded(): { socket: FakeSocket; guard: PacketGuard; refusals: GuardRefusal[]; read: () => Buffer } {
  const socket = new FakeSocket()
  const refusals: GuardRefusal[] = []
  const guard = new PacketGuard(socket as unknown as Socket, LIMITS, (why) => refusals.push(why))
  guard.on('error', () => undefined)
  const parts: Buffer[] = []
  guard.on('data', (chunk: Buffer) => parts.push(chunk))
  return { socket, guard, refusals, read: () => Buffer.concat(parts) }
}

const settled = (): Promise<void> => new Promise((resolve) => setImmediate(() => setImmediate(resolve)))

/** A packet of this type with a body of so many bytes, its length written in the fewest digits. */
function packet(type: number, length: number): Buffer {
  const digits: number[] = []
  let rest = length
  do {
    digits.push((rest % 128) | (rest >= 128 ? 0x80 : 0))
    rest = Math.floor(rest / 128)
  } while (rest > 0)
  return Buffer.concat([Buffer.of(type << 4, ...digits), Buffer.alloc(length, type)])
}

describe('the guard before the MQTT parser', () => {
  test('passes packets within the limits unchanged, however they are cut up', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(fc.integer({ min: 2, max: 14 }), fc.integer({ min: 0, max: 1000 })), { maxLength: 12 }),
        fc.array(fc.integer({ min: 1, max: 300 }), { minLength: 1, maxLength: 20 }),
        async (packets, cuts) => {
          const { socket, guard, refusals, read } = guarded()
          const stream = Buffer.concat([packet(1, 50), ...packets.map(([type, length]) => packet(type, length))])
          guard.admit()
          for (let at = 0, i = 0; at < stream.length; i++) {
            const end = at + cuts[i % cuts.length]!
            socket.push(stream.subarray(at, end))
            at = end
          }
          await settled()
          expect(refusals).toEqual([])
          expect(read().equals(stream)).toBe(true)
          guard.destroy()
        },
      ),
      { numRuns: 60 },
    )
  })

  test('holds back what follows the CONNECT until the login is decided', async () => {
    const { socket, guard, read } = guarded()
    const connect = packet(1, 50)
    socket.push(Buffer.concat([connect, packet(3, 10), packet(12, 0)]))
    await settled()
    expect(read().equals(connect)).toBe(true)
    guard.admit()
    await settled()
    expect(read()).toHaveLength(connect.length + 12 + 2)
  })

  test.each([
    ['a first packet that is no CONNECT', packet(3, 10), 'MQTT_LOGIN'],
    ['a CONNECT that is too large', packet(1, 101), 'MQTT_PACKET_SIZE'],
    ['a length of five digits', Buffer.of(0x10, 0xff, 0xff, 0xff, 0xff, 0x01), 'MQTT_PACKET_SIZE'],
  ])('ends the connection for %s', async (_, bytes, why) => {
    const { socket, guard, refusals } = guarded()
    socket.push(bytes)
    await settled()
    expect(refusals).toEqual([why])
    expect(guard.destroyed).toBe(true)
  })

  test('ends the connection at the head of a packet that claims too much, and passes none of it', async () => {
    const { socket, guard, refusals, read } = guarded()
    guard.admit()
    socket.push(packet(1, 50))
    socket.push(packet(3, 1001).subarray(0, 10))
    await settled()
    expect(refusals).toEqual(['MQTT_PACKET_SIZE'])
    expect(read()).toHaveLength(52)
  })

  test('stops reading while too much is unanswered', async () => {
    const { socket, guard } = guarded()
    guard.admit()
    const answered = guard.hold(300 * 1024)
    socket.push(packet(1, 50))
    await settled()
    expect(socket.isPaused()).toBe(true)
    answered()
    await settled()
    expect(socket.isPaused()).toBe(false)
  })

  test('cuts off who sends and does not read, instead of waiting for it', async () => {
    const { socket, guard, refusals } = guarded()
    socket._write = () => undefined
    guard.admit()
    const ack = Buffer.alloc(300)
    let written = 0
    while (!guard.destroyed && written < 10_000) {
      guard.write(ack)
      written++
    }
    await settled()
    expect(written * ack.length).toBeGreaterThan(200 * 1024)
    expect(written * ack.length).toBeLessThan(300 * 1024)
    expect(refusals).toEqual(['MQTT_SLOW'])
    expect(socket.destroyed).toBe(true)
  })

  test('cuts off who asks without end, and lets batches pass as they come', async () => {
    const batches = guarded()
    batches.guard.admit()
    batches.socket.push(packet(1, 50))
    for (let i = 0; i < 500; i++) batches.socket.push(packet(3, 10))
    await settled()
    expect(batches.refusals).toEqual([])
    const { socket, guard, refusals } = guarded()
    guard.admit()
    socket.push(packet(1, 50))
    for (let i = 0; i < 101; i++) socket.push(packet(8, 10))
    await settled()
    expect(refusals).toEqual(['MQTT_RATE'])
    expect(guard.destroyed).toBe(true)
  })
})
