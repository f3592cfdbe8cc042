import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { vectors } from '../../../test/_vectors.ts'
import { Faults } from '../fault.ts'
import { crc16, withCrc } from './crc16.ts'
import type { Air } from './device.ts'
import { XyMd02 } from './xy-md02.ts'

const folder = vectors('edge')

interface Frames {
  valid: { dir: 'req' | 'rsp'; hex: string; means: string }[]
  invalid_crc_as_printed_in_vendor_manual: { hex: string; correct: string }[]
}

function device(air: Partial<Air> = {}, options: { unit?: number } = {}): { device: XyMd02; faults: Faults } {
  const faults = new Faults()
  const { unit = 1 } = options
  const values = { milliC: 30_500, milliRh: 54_600, ...air }
  return { device: new XyMd02({ unit, baudRate: 9600, air: () => values, faults }), faults }
}

/** Sends the chunks back to back and answers with what the device says after a silence. */
function ask(target: XyMd02, chunks: Uint8Array[], nowMs = 0): string {
  for (const chunk of chunks) target.receive(chunk, nowMs)
  return Buffer.concat(target.transmit(nowMs + 10))
    .toString('hex')
    .toUpperCase()
}
const bytes = (hex: string): Uint8Array => Buffer.from(hex, 'hex')

it.skipIf(!folder)('answers the requests of the vectors with their replies', () => {
  const file = JSON.parse(readFileSync(`${folder}/modbus-xymd02.json`, 'utf8')) as Frames
  const requests = file.valid.filter((frame) => frame.dir === 'req').map((frame) => frame.hex)
  const replies = new Set(file.valid.filter((frame) => frame.dir === 'rsp').map((frame) => frame.hex))
  expect(requests).toContain('010400010002200B')
  for (const hex of ['010400010002200B', '010400010001600A', '010400020001900A']) {
    expect(requests).toContain(hex)
    expect(replies).toContain(ask(device().device, [bytes(hex)]))
  }
  expect(ask(device({ milliC: 28_500, milliRh: 63_900 }).device, [bytes('010400010002200B')])).toBe(
    '010404011D027F2AFE',
  )
  for (const { hex, correct } of file.invalid_crc_as_printed_in_vendor_manual) {
    expect(
      Buffer.from(withCrc(bytes(hex).subarray(0, -2)))
        .toString('hex')
        .toUpperCase(),
    ).toBe(correct)
    expect(ask(device().device, [bytes(hex)])).toBe('')
  }
})

it('answers from its register map', () => {
  expect(ask(device({ milliC: -20_500, milliRh: 70_500 }).device, [bytes('010400010002200B')])).toBe(
    '010404FF3302C1FB6F',
  )
  expect(ask(device().device, [bytes('010301010001D436')])).toBe('01030200017984')
  expect(ask(device().device, [withCrc(bytes('010400030001'))])).toBe('018402C2C1')
})

it('obeys a write of its address, echoes it, and then answers to the new one only', () => {
  const { device: target } = device()
  expect(ask(target, [bytes('010601010008D830')])).toBe('010601010008D830')
  expect(ask(target, [bytes('010400010002200B')], 100)).toBe('')
  expect(ask(target, [bytes('0804000100022092')], 200)).toMatch(/^080404/)
})

it('refuses what it cannot do with the exceptions of the standard', () => {
  const refusal = (hex: string): string => ask(device().device, [withCrc(bytes(hex))])
  expect(refusal('010400010000').slice(0, 6)).toBe('018403')
  expect(refusal('010200010001').slice(0, 6)).toBe('018201')
  expect(refusal('010601010000').slice(0, 6)).toBe('018603')
  expect(refusal('010600010000').slice(0, 6)).toBe('018602')
})

it('is silent to other units and to broadcasts', () => {
  expect(ask(device().device, [bytes('0804000100022092')])).toBe('')
  expect(ask(device().device, [withCrc(bytes('000601010008'))])).toBe('')
})

it('answers any chunking of a request the same', () => {
  const request = bytes('010400010002200B')
  const whole = ask(device().device, [request])
  fc.assert(
    fc.property(
      fc.array(fc.integer({ min: 1, max: 7 }), { maxLength: 7 }),
      fc.integer({ min: 0, max: 30 }),
      (cuts, gapMs) => {
        const { device: target } = device()
        const marks = [0, ...new Set(cuts)].sort((a, b) => a - b)
        let now = 0
        let said = ''
        for (const [i, from] of marks.entries()) {
          target.receive(request.subarray(from, marks[i + 1] ?? request.length), now)
          now += gapMs
          said += Buffer.concat(target.transmit(now)).toString('hex')
        }
        said += Buffer.concat(target.transmit(now + 10)).toString('hex')
        expect(said.toUpperCase()).toBe(whole)
      },
    ),
  )
})

it('recovers from noise: a request after a silence is answered', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300 }), (noise) => {
      const { device: target } = device()
      target.receive(noise, 0)
      target.transmit(10)
      expect(ask(target, [bytes('010400010002200B')], 200)).toBe('010404013102222ACE')
    }),
  )
})

it('spoils its replies as the faults say', () => {
  const { device: target, faults } = device()
  const request = bytes('010400010002200B')
  let now = 0
  const next = (): string => {
    now += 100
    return ask(target, [request], now)
  }
  faults.raise('bad-crc', 1)
  expect(next()).toBe('010404013102222A31')
  faults.raise('exception', 1)
  expect(next()).toBe('018402C2C1')
  faults.raise('dead', 1)
  expect(next()).toBe('01040400000000FB84')
  faults.raise('wrong-unit', 1)
  expect(next().slice(0, 2)).toBe('02')
})

it('repeats its last reading while it is stuck', () => {
  const faults = new Faults()
  let milliC = 2000
  const target = new XyMd02({ unit: 1, baudRate: 9600, air: () => ({ milliC, milliRh: 80_000 }), faults })
  const temperature = (now: number): string => ask(target, [bytes('010400010001600A')], now).slice(6, 10)
  expect(temperature(0)).toBe('0014')
  faults.raise('stuck')
  milliC = 9000
  expect(temperature(100)).toBe('0014')
  faults.clear('stuck')
  expect(temperature(200)).toBe('005A')
})

it('has the check value of CRC-16/MODBUS', () => {
  expect(crc16(new TextEncoder().encode('123456789'))).toBe(0x4b37)
})
