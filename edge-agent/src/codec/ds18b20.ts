/** What the kernel's w1_therm shows of one probe, judged. */
export type W1Reading =
  | { kind: 'temperature'; milliC: number }
  /** 85 °C, what the scratchpad holds before the first conversion after power-on; `sure` when its reserved byte says so. */
  | { kind: 'power-on'; sure: boolean }
  | { kind: 'sentinel'; why: string }
  | { kind: 'damaged'; why: string }

const POWER_ON = 85_000
/** Byte 6 of the scratchpad before any conversion; 0x10 after one at 12 bits. */
const RESERVED_AT_POWER_ON = 0x0c

/**
 * Reads `w1_slave`: two lines of nine scratchpad bytes, the first ending `YES` when the kernel found its CRC right, the second with `t=` and milli-°C.
 * The CRC is computed again and `t` compared with the bytes: a file that is being replaced, or a kernel that lets ones pass, must not become a reading.
 */
export function readW1Slave(text: string): W1Reading {
  const match = /^((?:[0-9a-f]{2} ){9}): crc=[0-9a-f]{2} (YES|NO)\s*\n((?:[0-9a-f]{2} ){9})t=(-?\d{1,7})\s*$/.exec(text)
  if (!match) return { kind: 'damaged', why: 'not the two lines of w1_slave' }
  const pad = match[1]!
    .trim()
    .split(' ')
    .map((byte) => Number.parseInt(byte, 16))
  if (pad.every((byte) => byte === 0)) return { kind: 'sentinel', why: 'all zeros: the data line is shorted' }
  if (pad.every((byte) => byte === 0xff)) return { kind: 'sentinel', why: 'all ones: no probe answers' }
  if (match[2] !== 'YES' || crc8(pad.slice(0, 8)) !== pad[8]) return { kind: 'damaged', why: 'the CRC is wrong' }
  if (match[3] !== match[1]) return { kind: 'damaged', why: 'the two lines differ' }
  const sixteenths = ((pad[1]! << 24) >> 16) | pad[0]!
  const milliC = Number(match[4])
  // One digit of the probe is 62.5 milli-°C; the kernel truncates.
  if (Math.abs(milliC * 16 - sixteenths * 1000) > 1000) return { kind: 'damaged', why: 't= is not what the bytes say' }
  if (milliC === POWER_ON) return { kind: 'power-on', sure: pad[6] === RESERVED_AT_POWER_ON }
  if (milliC < -55_000 || milliC > 125_000)
    return { kind: 'sentinel', why: `${milliC / 1000} °C, outside the probe's range` }
  return { kind: 'temperature', milliC }
}

/** CRC-8 of 1-Wire devices: polynomial 0x8C reflected, start 0 (Maxim application note 27). */
export function crc8(bytes: readonly number[]): number {
  let crc = 0
  for (const byte of bytes) {
    crc ^= byte
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >> 1) ^ 0x8c : crc >> 1
  }
  return crc
}
