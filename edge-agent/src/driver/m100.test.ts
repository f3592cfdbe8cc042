import { toHex } from '@tristamp/protocol'
import { afterEach, expect, it } from 'vitest'
import { until } from '../_ledger.ts'
import { Line } from './_line.ts'
import { type M100Options, m100 } from './m100.ts'

const lines: Line[] = []
afterEach(async () => {
  for (const line of lines.splice(0)) await line.stop()
})

const hex = (text: string): Uint8Array => new Uint8Array(Buffer.from(text, 'hex'))
const OK: Record<string, string> = {
  '28': 'BB01280001002A7E',
  '07': 'BB0107000100097E',
  b6: 'BB01B6000100B87E',
}
const SGTIN = 'BB02220011C93000'
const CONFIG: M100Options = { region: 'cn900', power: 20, gone: 10_000, minReads: 1 }

/** A module that answers each command; `polled` plays what an inventory brings. */
function start(polled: (line: Line, n: number) => void, answers = OK, config = CONFIG): Line {
  const line = new Line()
  let polls = 0
  line.onWrite = (bytes) => {
    const command = toHex(bytes.subarray(2, 3))
    const answer = answers[command]
    if (command === '27') queueMicrotask(() => polled(line, ++polls))
    else if (answer) queueMicrotask(() => line.send(hex(answer)))
  }
  lines.push(line)
  return line.start(m100, config)
}

/** RSSI −55, SGTIN-96 (01)09506000123455(21)1 with its CRC and checksum. */
const TAG = `${SGTIN}30764433400C0E4000000001`
function notice(): Uint8Array {
  const inner = hex(`300030764433400C0E4000000001`)
  let crc = 0xffff
  for (const byte of inner) {
    crc ^= byte << 8
    for (let i = 0; i < 8; i++) crc = crc & 0x8000 ? ((crc << 1) ^ 0x1021) & 0xffff : crc << 1
  }
  crc ^= 0xffff
  const body = [...hex(TAG).subarray(1), crc >> 8, crc & 0xff]
  return Uint8Array.of(0xbb, ...body, body.reduce((a, b) => a + b, 0) & 0xff, 0x7e)
}
const UNKNOWN = 'BB02220011C43000E200001D7315016521408FC6B83EC27E'

it('sets the module, and tells each tag once as what it says', async () => {
  const line = start((at) => {
    for (let i = 0; i < 20; i++) at.send(notice())
  })
  await until(() => line.measurements.length > 0)
  expect(line.written.slice(0, 3).map((bytes) => toHex(bytes))).toEqual([
    'bb00280000287e',
    'bb0007000101097e',
    'bb00b6000207d08f7e',
  ])
  expect(line.measurements).toMatchObject([
    {
      kind: 'scan',
      text: 'https://id.gs1.org/01/09506000123455/21/1',
      tag: { epc: '30764433400C0E4000000001', antenna: 1, count: 1, maxRssi: -55 },
    },
  ])
  expect(line.states).toEqual([['up', undefined]])
})

it('tells when a tag has left, and how well it was read', async () => {
  const line = start(
    (at) => {
      for (let i = 0; i < 20; i++) at.send(notice())
    },
    OK,
    { ...CONFIG, gone: 100 },
  )
  await until(() => line.measurements.some(({ kind }) => kind === 'tag-gone'))
  expect(line.measurements.slice(0, 2)).toMatchObject([
    { kind: 'scan' },
    { kind: 'tag-gone', text: 'https://id.gs1.org/01/09506000123455/21/1', tag: { count: 20, maxRssi: -55 } },
  ])
})

it('counts and tells a tag that names nothing, and does not use it', async () => {
  const line = start((at) => {
    for (let i = 0; i < 5; i++) at.send(hex(UNKNOWN))
  })
  await until(() => line.faults.length > 0)
  expect(line.faults).toEqual(['TAG_UNKNOWN'])
  expect(line.measurements).toEqual([])
})

it('does not use a tag that was damaged in the air', async () => {
  const line = start((at) => at.send(hex('BB02220011D03000E2004712B0006013044509D10000B67E')))
  await until(() => line.faults.length > 0)
  expect(line.faults).toEqual(['DEVICE_FRAME'])
  expect(line.measurements).toEqual([])
})

it('begins the inventory again when it ends, with or without words', async () => {
  const line = start((at, n) => {
    if (n === 2) at.send(notice())
  })
  await until(() => line.measurements.length > 0, 60_000)
  expect(line.faults).toEqual([])
  expect(line.states).toEqual([['up', undefined]])
})

it('gives up a module that does not answer', async () => {
  const line = start(() => undefined, {})
  await line.ended
  expect(line.states).toEqual([['down', 'DEVICE_SILENT']])
})

it('gives up a module that refuses its setting, for the band is a matter of law', async () => {
  const line = start(() => undefined, { ...OK, '07': 'BB01FF000117187E' })
  await line.ended
  expect(line.states).toEqual([['down', 'DEVICE_EXCEPTION']])
  expect(line.written.map((bytes) => toHex(bytes.subarray(2, 3)))).not.toContain('27')
})
