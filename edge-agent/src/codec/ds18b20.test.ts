import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { crc8, readW1Slave } from './ds18b20.ts'

/** What w1_therm shows of these eight bytes. */
function shown(bytes: readonly number[], milliC: number, answer = 'YES'): string {
  const pad = [...bytes, crc8(bytes)]
  const hex = pad.map((byte) => byte.toString(16).padStart(2, '0')).join(' ')
  return `${hex} : crc=${hex.slice(-2)} ${answer}\n${hex} t=${milliC}\n`
}
const pad = (sixteenths: number, reserved = 0x10): number[] => [
  sixteenths & 0xff,
  (sixteenths >> 8) & 0xff,
  0x4b,
  0x46,
  0x7f,
  0xff,
  reserved,
  0x10,
]

describe('readW1Slave', () => {
  it('has the CRC of application note 27, and reads what a real probe showed', () => {
    expect(crc8([0x02, 0x1c, 0xb8, 0x01, 0, 0, 0])).toBe(0xa2)
    const real = '72 01 4b 46 7f ff 0e 10 57 : crc=57 YES\n72 01 4b 46 7f ff 0e 10 57 t=23125\n'
    expect(readW1Slave(real)).toEqual({ kind: 'temperature', milliC: 23_125 })
  })

  it('reads every temperature that the probe can measure, below zero too', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: -55 * 16, max: 125 * 16 }).filter((s) => s !== 85 * 16),
        (sixteenths) => {
          const milliC = Math.trunc((sixteenths * 1000) / 16)
          expect(readW1Slave(shown(pad(sixteenths), milliC))).toEqual({ kind: 'temperature', milliC })
        },
      ),
    )
    expect(readW1Slave(shown(pad(-1), -62))).toEqual({ kind: 'temperature', milliC: -62 })
  })

  it('knows what is no measurement', () => {
    expect(readW1Slave(shown(pad(0x0550), 85_000))).toEqual({ kind: 'power-on', sure: false })
    expect(readW1Slave(shown(pad(0x0550, 0x0c), 85_000))).toEqual({ kind: 'power-on', sure: true })
    expect(readW1Slave(shown([0, 0, 0, 0, 0, 0, 0, 0], 0))).toMatchObject({ kind: 'sentinel' })
    const ones = `${'ff '.repeat(9)}: crc=ff YES\n${'ff '.repeat(9)}t=-62\n`
    expect(readW1Slave(ones)).toMatchObject({ kind: 'sentinel' })
    expect(readW1Slave(shown(pad(126 * 16), 126_000))).toMatchObject({ kind: 'sentinel' })
  })

  it('believes neither a wrong CRC, nor a NO, nor a t= of another reading, nor half a file', () => {
    const good = shown(pad(400), 25_000)
    expect(readW1Slave(good)).toMatchObject({ kind: 'temperature' })
    for (const bad of [
      shown(pad(400), 25_000, 'NO'),
      shown(pad(400), 26_000),
      good.replace(/^90/, '91'),
      good.slice(0, -8),
      good.slice(0, 40),
      '',
      '25000\n',
    ])
      expect(readW1Slave(bad), bad).toMatchObject({ kind: 'damaged' })
  })

  it('turns no flipped bit into a temperature, and never throws', () => {
    const good = shown(pad(400), 25_000)
    for (let at = 0; at < good.length; at++) {
      for (let bit = 0; bit < 7; bit++) {
        const text = good.slice(0, at) + String.fromCharCode(good.charCodeAt(at) ^ (1 << bit)) + good.slice(at + 1)
        const reading = readW1Slave(text)
        // Beyond the bytes, only what the kernel's own crc= shows may differ, and the last digits of t= that agree with the bytes.
        if (reading.kind === 'temperature') expect(Math.abs(reading.milliC - 25_000)).toBeLessThan(63)
      }
    }
    fc.assert(fc.property(fc.string(), (text) => void readW1Slave(text)))
  })
})
