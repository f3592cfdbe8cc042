import * as v from 'valibot'
import { afterEach, describe, expect, it } from 'vitest'
import { until } from '../_ledger.ts'
import { crc16 } from '../codec/modbus-rtu.ts'
import { Line } from './_line.ts'
import { type ModbusThOptions, modbusTh } from './modbus-th.ts'
import { judge } from './modbus-th-judge.ts'
import { PROFILES, profileSchema } from './modbus-th-profiles.ts'

const lines: Line[] = []
afterEach(async () => {
  for (const line of lines.splice(0)) await line.stop()
})

const framed = (...body: number[]): Uint8Array => {
  const crc = crc16(body, body.length)
  return Uint8Array.of(...body, crc & 0xff, crc >> 8)
}
const registers = (unit: number, fn: number, ...words: number[]): Uint8Array =>
  framed(unit, fn, words.length * 2, ...words.flatMap((word) => [word >> 8, word & 0xff]))

/** An instrument that answers each request as `answer` says; undefined is silence. */
function start(options: Partial<ModbusThOptions>, answer: (request: Uint8Array) => Uint8Array | undefined): Line {
  const line = new Line()
  lines.push(line)
  line.onWrite = (request) => {
    const reply = answer(request)
    if (reply) queueMicrotask(() => line.send(reply))
  }
  return line.start(modbusTh, { profile: 'xy-md02', unit: 1, every: 10, timeout: 20, ...options })
}
const temperatureAndHumidity = registers(1, 4, 0x0131, 0x0222)

describe('modbus-th', () => {
  it('reads the correction registers once for each opening, and gives them with every reading', async () => {
    const line = start({}, (request) => (request[1] === 3 ? registers(1, 3, 0xfffb, 12) : temperatureAndHumidity))
    await until(() => line.measurements.length >= 3)
    for (const measurement of line.measurements) {
      expect(measurement).toMatchObject({
        quantities: [
          { milli: 30_500, correctionMilli: -500 },
          { milli: 54_600, correctionMilli: 1200 },
        ],
      })
    }
    const asked = line.written.filter((request) => request[1] === 3)
    expect(asked.map((request) => Buffer.from(request).toString('hex').slice(0, 12))).toEqual(['010301030002'])
    // Nothing but the two reads is ever written.
    expect(new Set(line.written.map((request) => request[1]))).toEqual(new Set([3, 4]))
  })

  it('says that the corrections are unknown where they cannot be read', async () => {
    const line = start({}, (request) => (request[1] === 3 ? framed(1, 0x83, 2) : temperatureAndHumidity))
    await until(() => line.measurements.length >= 1)
    expect(line.measurements[0]).toMatchObject({
      quantities: [{ correctionMilli: 'unknown' }, { correctionMilli: 'unknown' }],
    })
  })

  it('asks for the corrections again when noise hit the answer, and not for ever', async () => {
    let asked = 0
    const line = start({}, (request) => {
      if (request[1] !== 3) return temperatureAndHumidity
      asked++
      return asked === 1 ? undefined : registers(1, 3, 7, 0)
    })
    await until(() => line.measurements.length >= 3)
    expect(line.measurements.slice(0, 2)).toMatchObject([
      { quantities: [{ correctionMilli: 'unknown' }, {}] },
      { quantities: [{ correctionMilli: 700 }, { correctionMilli: 0 }] },
    ])
    expect(asked).toBe(2)
  })

  it('knows a model without humidity', async () => {
    const profile = { fn: 3, address: 5, temperature: 0, milliPerUnit: 10, negative: 'twos-complement' } as const
    const line = start({ profile }, () => registers(1, 3, 0xff38))
    await until(() => line.measurements.length >= 1)
    expect(line.measurements[0]).toMatchObject({ quantities: [{ type: 'Temperature', milli: -2000, uom: 'CEL' }] })
  })

  it('tells of another unit that answers, and of an echo without an answer', async () => {
    const line = start({}, () => registers(7, 4, 0x0131, 0x0222))
    await until(() => line.faults.length >= 1)
    expect(line.faults[0]).toBe('DEVICE_PROFILE')
    const echo = start({}, (request) => request)
    await until(() => echo.faults.length >= 1)
    expect(echo.faults[0]).toBe('DEVICE_SILENT')
    expect([...line.measurements, ...echo.measurements].filter(({ kind }) => kind === 'reading')).toEqual([])
  })

  it('hears no reply that comes after its time, however the next polls fall', async () => {
    const late = registers(1, 4, 0x0064, 0x0064)
    let polls = 0
    const line = new Line()
    lines.push(line)
    line.onWrite = () => {
      polls++
      // Three times the time-out: within the quiet time, for every one of the first polls.
      if (polls < 4) setTimeout(() => line.send(late), 60)
      else queueMicrotask(() => line.send(temperatureAndHumidity))
    }
    line.start(modbusTh, { profile: 'xy-md02', unit: 1, every: 1, timeout: 20 })
    await until(() => line.measurements.some(({ kind }) => kind === 'reading'))
    for (const measurement of line.measurements) {
      if (measurement.kind === 'reading') expect(measurement.quantities[0]?.milli).toBe(30_500)
    }
  })
})

describe('judge', () => {
  it.each([
    ['a KinCony in a freezer, read as an XY-MD02', [10_250, 500], 'xy-md02', 'DEVICE_PROFILE', 'kincony-sht30'],
    ['an XY-MD02 in a freezer, read as a KinCony', [0xff33, 705], 'kincony-sht30', 'DEVICE_PROFILE', 'xy-md02'],
    ['hundredths read as tenths', [2531, 4706], 'xy-md02', 'DEVICE_PROFILE', 'milliPerUnit: 10'],
    ['a dead element', [0, 0], 'lth01', 'DEVICE_VALUE', '0 °C'],
    ['the code for no measurement', [0x8000, 500], 'xy-md02', 'DEVICE_VALUE', 'no measurement'],
    ['all ones', [0xffff, 0xffff], 'lth01', 'DEVICE_VALUE', 'no measurement'],
  ] as const)('does not take %s', (_, words, profile, code, hint) => {
    const outcome = judge(words, PROFILES[profile])
    expect(outcome).toMatchObject({ ok: false, code })
    expect(outcome.ok ? '' : String(outcome.fields['why'])).toContain(hint)
  })

  it('takes zero degrees in air', () => {
    expect(judge([0, 850], PROFILES['xy-md02'])).toMatchObject({
      ok: true,
      quantities: [{ milli: 0 }, { milli: 85_000 }],
    })
  })
})

it('profiles of the configuration are bounded', () => {
  const ok = { fn: 3, address: 0, temperature: 1, humidity: 0, milliPerUnit: 10 }
  expect(v.parse(profileSchema, ok)).toEqual({ ...ok, negative: 'twos-complement' })
  for (const bad of [
    'xy-md03',
    { ...ok, fn: 6 },
    { ...ok, address: 70_000 },
    { ...ok, temperature: 10 },
    { ...ok, milliPerUnit: 0 },
    { ...ok, write: true },
  ])
    expect(v.safeParse(profileSchema, bad).success).toBe(false)
})
