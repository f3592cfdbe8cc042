import { expect, it } from 'vitest'
import { Faults } from '../fault.ts'
import type { Position } from './device.ts'
import { Gnss } from './gnss.ts'
import { gga, rmc, sentence } from './nmea.ts'

const MUNICH: Position = { lat: 48.1173, lon: 11.51666667, altitudeM: 545.4, knots: 22.4, course: 84.4 }
const TIME = Date.UTC(2026, 10, 21, 1, 12, 9, 340)

function checksumHolds(text: string): boolean {
  const match = /^\$([^*]+)\*([0-9A-F]{2})\r\n$/.exec(text)
  return match?.[1] !== undefined && sentence(match[1]) === text
}

it('has the checksums of published sentences', () => {
  expect(sentence('GPGGA,123519,4807.038,N,01131.000,E,1,08,0.9,545.4,M,46.9,M,,')).toMatch(/\*47\r\n$/)
  expect(sentence('GPRMC,123519,A,4807.038,N,01131.000,E,022.4,084.4,230394,003.1,W')).toMatch(/\*6A\r\n$/)
})

it('writes time, position, quality, speed and date', () => {
  expect(gga('GN', TIME, MUNICH, { satellites: 9, hdop: 0.8 })).toMatch(
    /^\$GNGGA,011209\.34,4807\.03800,N,01131\.00000,E,1,09,0\.80,545\.4,M,0\.0,M,,\*[0-9A-F]{2}\r\n$/,
  )
  expect(rmc('GN', TIME, MUNICH)).toMatch(
    /^\$GNRMC,011209\.34,A,4807\.03800,N,01131\.00000,E,22\.400,84\.40,211126,,,A\*[0-9A-F]{2}\r\n$/,
  )
  expect(rmc('GP', TIME, { ...MUNICH, lat: -0.9999999999, lon: -179.9999999999 })).toContain(
    ',0100.00000,S,18000.00000,W,',
  )
})

it('leaves the fields empty without a fix, as receivers do', () => {
  expect(gga('GN', TIME, undefined, { satellites: 0, hdop: 99 })).toBe('$GNGGA,,,,,,0,00,99.99,,,,,,*56\r\n')
  expect(rmc('GN', TIME, undefined)).toBe('$GNRMC,,V,,,,,,,,,,N*4D\r\n')
})

it('speaks one epoch a period, of GGA and RMC with one time, within 82 characters, and does not make up missed ones', () => {
  const faults = new Faults()
  const gnss = new Gnss({ rate: 10, talker: 'GN', seed: 3, time: () => TIME, position: () => MUNICH, faults })
  const heard: string[] = []
  for (let now = 0; now < 1000; now++) for (const frame of gnss.transmit(now)) heard.push(Buffer.from(frame).toString())
  expect(heard).toHaveLength(20)
  for (const text of heard) {
    expect(text.length).toBeLessThanOrEqual(82)
    expect(checksumHolds(text)).toBe(true)
  }
  expect(heard[0]?.split(',')[1]).toBe(heard[1]?.split(',')[1])
  expect(gnss.transmit(10_000)).toHaveLength(2)
  expect(gnss.transmit(10_001)).toHaveLength(0)
})

it('loses its fix and miscounts its checksum as the faults say', () => {
  const faults = new Faults()
  const gnss = new Gnss({ rate: 1, talker: 'GP', seed: 3, time: () => TIME, position: () => MUNICH, faults })
  const next = (now: number): string[] => gnss.transmit(now).map((frame) => Buffer.from(frame).toString())
  faults.raise('no-fix', 1)
  expect(next(0).join('')).toContain('$GPRMC,,V,')
  faults.raise('bad-checksum', 1)
  expect(next(1000).some(checksumHolds)).toBe(false)
  expect(next(2000).every(checksumHolds)).toBe(true)
})
