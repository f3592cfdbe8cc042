import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { vectors } from '../../../test/_vectors.ts'
import { crc16, encodeRequest, type ModbusReply, type ModbusRequest, ModbusRtu, signed16 } from './modbus-rtu.ts'

const ask: ModbusRequest = { unit: 1, fn: 4, address: 1, count: 2 }
const folder = vectors('edge')

function reply(registers: number[], request: ModbusRequest = ask): number[] {
  const body = [request.unit, request.fn, registers.length * 2, ...registers.flatMap((r) => [r >> 8, r & 0xff])]
  const crc = crc16(body, body.length)
  return [...body, crc & 0xff, crc >> 8]
}

function run(bytes: readonly number[], cuts: readonly number[] = []): ModbusReply[] {
  const codec = new ModbusRtu()
  codec.expect(ask)
  const out: ModbusReply[] = []
  let from = 0
  for (const cut of [...cuts, bytes.length].sort((a, b) => a - b)) {
    out.push(...codec.push(Uint8Array.from(bytes.slice(from, cut)), 0))
    from = cut
  }
  return out
}

describe('ModbusRtu', () => {
  it.skipIf(!folder)('reads the recorded frames, and none of those with a wrong CRC', () => {
    const file = JSON.parse(readFileSync(`${folder}/modbus-xymd02.json`, 'utf8')) as {
      valid: { dir: string; hex: string }[]
      generated: { dir: string; hex: string }[]
      invalid_crc_as_printed_in_vendor_manual: { hex: string }[]
    }
    const frames = [...file.valid, ...file.generated].map((f) => ({ ...f, bytes: [...Buffer.from(f.hex, 'hex')] }))
    for (const { bytes } of frames) expect(crc16(bytes, bytes.length), 'the CRC of a frame with its CRC is 0').toBe(0)
    const replies = frames.filter((f) => f.dir === 'rsp' && f.bytes[1] === 4 && f.bytes[2] === 4)
    expect(replies.length).toBeGreaterThan(3)
    for (const { bytes } of replies) expect(run(bytes)).toHaveLength(1)
    expect(run([...Buffer.from('010404FF3302C1FB6F', 'hex')])).toEqual([
      { kind: 'registers', registers: [0xff33, 0x02c1] },
    ])
    expect(signed16(0xff33)).toBe(-205)
    expect(run([...Buffer.from('018402C2C1', 'hex')])).toEqual([{ kind: 'exception', code: 2 }])
    expect(Buffer.from(encodeRequest(ask)).toString('hex').toUpperCase()).toBe('010400010002200B')
    for (const { hex } of file.invalid_crc_as_printed_in_vendor_manual) {
      const bytes = [...Buffer.from(hex, 'hex')]
      const codec = new ModbusRtu()
      codec.expect({ ...ask, count: 1 })
      expect(codec.push(Uint8Array.from(bytes), 0)).toEqual([])
    }
  })

  it('gives the same reply for every chunking, behind noise, an echo and a cut frame', () => {
    const good = reply([0x0131, 0x0222])
    const prefix = fc.oneof(
      fc.constant([] as number[]),
      fc.array(fc.integer({ min: 0, max: 255 }), { maxLength: 20 }),
      fc.constant([...encodeRequest(ask)]),
      fc.integer({ min: 1, max: 8 }).map((n) => good.slice(0, n)),
    )
    fc.assert(
      fc.property(prefix, fc.array(fc.nat(40)), (before, cuts) => {
        const bytes = [...before, ...good]
        const whole = run(bytes)
        expect(whole.at(-1)).toEqual({ kind: 'registers', registers: [0x0131, 0x0222] })
        expect(
          run(
            bytes,
            cuts.filter((c) => c <= bytes.length),
          ),
        ).toEqual(whole)
      }),
    )
  })

  it('takes nothing from another unit, another function, another length, or when nothing was asked', () => {
    expect(run(reply([1, 2], { ...ask, unit: 2 }))).toEqual([])
    expect(run(reply([1, 2], { ...ask, fn: 3 }))).toEqual([])
    expect(run(reply([1]))).toEqual([])
    expect(new ModbusRtu().push(Uint8Array.from(reply([1, 2])), 0)).toEqual([])
  })

  it('never throws on noise', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 600 }), (noise) => {
        expect(() => run([...noise])).not.toThrow()
      }),
    )
  })
})
