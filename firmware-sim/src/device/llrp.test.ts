import { expect, it } from 'vitest'
import { Faults } from '../fault.ts'
import type { Surroundings } from './kind.ts'
import { llrp } from './llrp.ts'

const hex = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text.replaceAll(' ', ''), 'hex'))

/** Message type and id of what a reader says. */
interface Said {
  type: number
  id: number
  hex: string
}

function reader(): {
  faults: Faults
  show: (code: string) => void
  hear: (hex?: string, atMs?: number) => Said[]
  connect: () => Said[]
} {
  const faults = new Faults()
  let show: (code: string) => void = () => undefined
  const device = llrp.make({ kind: 'llrp', baudRate: 115_200, dwell: 1500 }, {
    faults,
    onShow: (take: (code: string) => void) => {
      show = take
    },
  } as Surroundings)
  const said = (atMs: number): Said[] =>
    device.transmit(atMs).map((bytes) => {
      const buffer = Buffer.from(bytes)
      return { type: buffer.readUInt16BE(0) & 0x3ff, id: buffer.readUInt32BE(6), hex: buffer.toString('hex') }
    })
  return {
    faults,
    show: (code) => show(code),
    hear(text = '', atMs = performance.now()) {
      if (text !== '') device.receive(hex(text), atMs)
      return said(atMs)
    },
    connect() {
      device.connected?.(0)
      return said(0)
    },
  }
}

const DELETE_ALL = '0415 0000000e 00000002 00000000'
/** ROSpec 1: no triggers, all antennas, a report for each tag. */
const ADD =
  '0414 00000050 00000003 00b1 0046 00000001 00 00 00b2 0012 00b3 0005 00 00b6 0009 00 00000000' +
  '00b7 0018 0001 0000 00b8 0009 00 00000000 00ba 0007 0001 01 00ed 0012 01 0001 00ee 000b 1480 015c 0005 40'
const ENABLE = '0418 0000000e 00000004 00000001'
const START = '0416 0000000e 00000005 00000001'
const OK = '011f000800000000'

it('greets its client, and one that comes while another is there otherwise', () => {
  const { connect, faults } = reader()
  expect(connect()).toMatchObject([{ type: 63, hex: expect.stringContaining('010000060000') }])
  faults.raise('busy', 1)
  expect(connect()[0]?.hex).not.toContain('010000060000')
})

it('keeps one operation, and reports the tags in its field while that runs', () => {
  const { connect, hear, show } = reader()
  connect()
  expect(hear(DELETE_ALL)).toMatchObject([{ type: 31, id: 2, hex: expect.not.stringContaining(OK) }])
  for (const [message, type] of [
    [ADD, 30],
    [ENABLE, 34],
    [START, 32],
  ] as const) {
    expect(hear(message)).toMatchObject([{ type, hex: expect.stringContaining(OK) }])
  }
  expect(hear(ADD)[0]?.hex).not.toContain(OK)
  show('+30764433400C0E4000000001#2@-61')
  const [report] = hear('', performance.now() + 200)
  expect(report).toMatchObject({ type: 61 })
  expect(report?.hex).toContain('8d30764433400c0e4000000001')
  expect(report?.hex).toContain('810002')
  expect(report?.hex).toContain('86c3')
  expect(hear(DELETE_ALL)).toMatchObject([{ type: 31, hex: expect.stringContaining(OK) }])
  expect(hear('', performance.now() + 1000)).toEqual([])
})

it('shows that it is alive, and drops a client that does not answer', () => {
  const { connect, hear } = reader()
  connect()
  // Whole milliseconds: sums of fractions differ by the order in which they are made.
  const t = Math.ceil(performance.now())
  expect(hear('0403 00000014 00000001 00 00dc0009 01 000003e8', t)[0]).toMatchObject({
    type: 13,
  })
  expect(hear('', t + 1000)).toMatchObject([{ type: 62 }])
  expect(hear('0448 0000000a 00000009', t + 1001)).toEqual([])
  for (let i = 2; i <= 4; i++) expect(hear('', t + i * 1000)).toMatchObject([{ type: 62 }])
  expect(hear('', t + 5000)).toEqual([])
})

it('says so when it does not understand', () => {
  const { connect, hear } = reader()
  connect()
  expect(hear('0414 0000000c 00000007 ffff')).toMatchObject([{ type: 100, id: 7 }])
})
