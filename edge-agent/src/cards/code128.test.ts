import { describe, expect, it } from 'vitest'
import { gs1Code128 } from './code128.ts'

/** Reads a symbol as a scanner does: by its widths, start, check character and stop. */
function read(widths: readonly number[]): string {
  const known = new Map<string, number>()
  for (let value = 0; value < 95; value++) known.set(symbolOf(String.fromCharCode(value + 0x20)), value)
  known.set(symbolOf('\x1d'), 102)
  const values: number[] = []
  for (let at = 12; at < widths.length - 13; at += 6) values.push(known.get(widths.slice(at, at + 6).join(''))!)
  return values.map((value) => (value === 102 ? '\x1d' : String.fromCharCode(value + 0x20))).join('')
}

/** How the symbol of one character looks, behind start and FNC1. */
const symbolOf = (character: string): string => gs1Code128(character).slice(12, 18).join('')

describe('a GS1-128 symbol', () => {
  it('is that of the standard: start B, FNC1, the data, the check character, stop', () => {
    // Worked out by hand: (104 + 102 + 2·33 + 3·102 + 4·34) mod 103 = 96.
    expect(gs1Code128('A\x1dB').join(' ').replaceAll(' ', '')).toBe(
      ['211214', '411131', '111323', '411131', '131123', '114311', '2331112'].join(''),
    )
  })

  it('has a pattern of its own for each character, of eleven modules and an even number of dark ones', () => {
    const patterns = Array.from({ length: 95 }, (_, i) => symbolOf(String.fromCharCode(i + 0x20)))
    expect(new Set([...patterns, symbolOf('\x1d')]).size).toBe(96)
    for (const pattern of patterns) {
      const widths = Array.from(pattern, Number)
      expect(widths.reduce((a, b) => a + b)).toBe(11)
      expect(widths.reduce((a, b, i) => (i % 2 === 0 ? a + b : a), 0) % 2).toBe(0)
    }
  })

  it('gives back what was put into it, and takes nothing that it cannot hold', () => {
    expect(read(gs1Code128('10AB-c/9\x1d21GS'))).toBe('10AB-c/9\x1d21GS')
    for (const text of ['ü', '\n', '猪']) expect(() => gs1Code128(text)).toThrow(RangeError)
  })
})
