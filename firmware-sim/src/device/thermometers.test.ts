import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { vectors } from '../../../test/_vectors.ts'
import { Faults } from '../fault.ts'
import { withCrc } from './crc16.ts'
import type { Air, Device } from './device.ts'
import { crc8 } from './ds18b20.ts'
import { instrumentKinds } from './index.ts'
import type { BaseSpec, Surroundings } from './kind.ts'

const folder = vectors('edge')
const bytes = (hex: string): Uint8Array => Buffer.from(hex, 'hex')

/** A device of a kind in air of so much, and what it hears. */
function make(
  kind: string,
  air: Air,
  settings: object = {},
): { device: Device; faults: Faults; show: (c: string) => void } {
  const faults = new Faults()
  let show: (code: string) => void = () => undefined
  const around: Surroundings = {
    id: 'one',
    seed: 1,
    faults,
    time: () => 0,
    air: () => () => air,
    position: () => () => ({ lat: 0, lon: 0, altitudeM: 0, knots: 0, course: 0 }),
    onShow: (take) => {
      show = take
    },
  }
  const found = instrumentKinds.get(kind)
  if (!found) throw new Error(`no kind ${kind}`)
  const spec = { kind, baudRate: 9600, unit: 1, ...settings } as BaseSpec
  return { device: found.make(spec, around), faults, show: (code) => show(code) }
}

function ask(device: Device, request: Uint8Array): string {
  device.receive(request, 0)
  return Buffer.concat(device.transmit(10)).toString('hex')
}

it('LTH01 answers function 03 at registers 0 and 1, and refuses what the XY-MD02 is asked', () => {
  const { device } = make('lth01', { milliC: -20_500, milliRh: 70_500 })
  expect(ask(device, withCrc(bytes('010300000002')))).toBe(
    Buffer.from(withCrc(bytes('010304ff3302c1'))).toString('hex'),
  )
  expect(ask(make('lth01', { milliC: 0, milliRh: 0 }).device, bytes('010400010002200B'))).toMatch(/^018402/)
})

it('KinCony writes what is below zero as value − 10000', () => {
  const { device } = make('kincony-sht30', { milliC: -25_000, milliRh: 50_000 })
  // 10250 = 0x280A: the maker's own example
  expect(ask(device, withCrc(bytes('010400000002')))).toBe(
    Buffer.from(withCrc(bytes('010404280a01f4'))).toString('hex'),
  )
})

it('a generic transmitter has its values where it is told', () => {
  const settings = { fn: 4, temperature: 7, humidity: 6, milliPerUnit: 10, negative: 'twos-complement' }
  const { device } = make('modbus-generic', { milliC: 1230, milliRh: 45_600 }, settings)
  expect(ask(device, withCrc(bytes('010400060002')))).toBe(
    Buffer.from(withCrc(bytes('01040411d0007b'))).toString('hex'),
  )
})

it.skipIf(!folder)('a text logger answers as the recorded one', () => {
  const { req, rsp } = JSON.parse(readFileSync(`${folder}/ascii-temperx232.json`, 'utf8')) as {
    req: string
    rsp: string
  }
  const spec = { request: 'ReadTemp', text: 'Temp-Inner:{c} [C],{rh} [%RH]<' }
  const { device } = make('ascii-thermometer', { milliC: 25_310, milliRh: 47_060 }, spec)
  device.receive(Buffer.from(req.slice(0, 3)), 0)
  expect(device.due()).toBeUndefined()
  device.receive(Buffer.from(req.slice(3)), 0)
  expect(Buffer.concat(device.transmit(1)).toString()).toBe(rsp)
})

it('a DS18B20 shows its scratchpad as Linux does, with the CRC of 1-Wire', () => {
  // Maxim's application note 27: the ROM 02 1C B8 01 00 00 00 has the CRC A2.
  expect(crc8(bytes('021CB801000000'))).toBe(0xa2)
  const { device, faults } = make('ds18b20', { milliC: 21_062, milliRh: 0 }, { refresh: 100 })
  const show = (nowMs: number): string => Buffer.concat(device.transmit(nowMs)).toString()
  const text = show(0)
  expect(text).toMatch(/^51 01 4b 46 7f ff 10 10 [0-9a-f]{2} : crc=[0-9a-f]{2} YES\n51 01 .* t=21062\n$/)
  faults.raise('power-on', 1)
  expect(show(100)).toMatch(/^50 05 4b 46 7f ff 0c 10 .* YES\n.* t=85000\n$/)
  faults.raise('shorted', 1)
  expect(show(200)).toBe('00 00 00 00 00 00 00 00 00 : crc=00 YES\n00 00 00 00 00 00 00 00 00 t=0\n')
  faults.raise('open', 1)
  expect(show(300)).toMatch(/NO\n(ff ){9}t=-62\n$/)
})

it.skipIf(!folder)('a GM65 acknowledges the recorded commands, and reads once for each trigger', () => {
  const file = JSON.parse(readFileSync(`${folder}/gm65-scanner.json`, 'utf8')) as {
    valid: { dir: string; hex: string; means: string }[]
  }
  const ack = file.valid.find(({ dir }) => dir === 'rsp')?.hex.toLowerCase()
  const commands = file.valid.filter(({ dir }) => dir === 'cmd')
  const { device, show } = make('gm65', { milliC: 0, milliRh: 0 }, { aim: true, suffix: 'crlf', mode: 'command' })
  for (const { hex } of commands) expect(ask(device, bytes(hex))).toBe(ack)
  const broken = bytes(commands[0]?.hex ?? '')
  broken[6] = (broken[6] ?? 0) ^ 1
  expect(ask(device, broken)).toBe('')
  show('(01)09506000134352(21)A1')
  expect(device.due()).toBeUndefined()
  const scan = Buffer.from(']d2010950600013435221A1\r\n').toString('hex')
  expect(ask(device, bytes('7E000801000201ABCD'))).toBe(`${ack}${scan}`)
  show('(01)09506000134352(21)A2')
  expect(Buffer.concat(device.transmit(0)).toString('hex')).toBe('')
})
