import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type KeyStroke, Wedge } from './wedge.ts'

const plain = { ctrl: false, alt: false, meta: false }
const stroke = (key: string, more: Partial<KeyStroke> = {}): KeyStroke => ({ key, ...plain, ...more })

/** Types keys so many ms apart, Enter at the end. */
function type(
  wedge: Wedge,
  keys: readonly (string | KeyStroke)[],
  everyMs: number,
  free: boolean,
  fromMs = 0,
): unknown {
  let at = fromMs
  for (const key of keys) {
    wedge.press(typeof key === 'string' ? stroke(key) : key, free, at)
    at += everyMs
  }
  return wedge.press(stroke('Enter'), free, at)
}

describe('a scanner in keyboard mode', () => {
  it('is heard wherever the focus is; a person only where it is nowhere', () => {
    expect(type(new Wedge(), [...']C0tristamp:end'], 10, true)).toEqual({ scan: ']C0tristamp:end' })
    expect(type(new Wedge(), [...']C0tristamp:end'], 10, false)).toEqual({ scan: ']C0tristamp:end' })
    expect(type(new Wedge(), [...'(01)'], 300, true)).toEqual({ scan: '(01)' })
    expect(type(new Wedge(), [...'(01)'], 300, false)).toBeUndefined()
    expect(type(new Wedge(), [], 10, true)).toBeUndefined()
  })

  it.each([
    ['Ctrl+]', [stroke('Control', { ctrl: true }), stroke(']', { ctrl: true })]],
    ['F8', [stroke('F8')]],
    ['character 29', [stroke('\x1d')]],
  ])('sends FNC1 as %s', (_, separator) => {
    expect(type(new Wedge(), [...'10L7', ...separator, ...'21W1'], 10, true)).toEqual({ scan: '10L7\x1d21W1' })
  })

  it('sends FNC1 as Alt and a number', () => {
    const wedge = new Wedge()
    let at = 0
    const press = (key: string, alt = false): void => {
      at += 10
      wedge.press(stroke(key, { alt }), true, at)
    }
    for (const key of '10L7') press(key)
    press('Alt', true)
    for (const key of '029') press(key, true)
    wedge.release('Alt')
    for (const key of '21W1') press(key)
    expect(wedge.press(stroke('Enter'), true, at + 10)).toEqual({ scan: '10L7\x1d21W1' })
  })

  it('forgets what was typed long ago, and what was no text', () => {
    const wedge = new Wedge()
    type(wedge, [], 0, true)
    wedge.press(stroke('x'), true, 0)
    expect(type(wedge, [...'21W1'], 10, true, 5_000)).toEqual({ scan: '21W1' })
    expect(type(wedge, ['2', 'Escape', '1'], 10, true, 9_000)).toEqual({ scan: '1' })
    expect(type(wedge, [stroke('c', { ctrl: true })], 10, true, 12_000)).toBeUndefined()
  })

  it('leaves Tab and single keys to whoever goes through the page with them', () => {
    const wedge = new Wedge()
    expect(wedge.press(stroke('Tab'), true, 0)).toBeUndefined()
    expect(wedge.press(stroke(' '), false, 500)).toBeUndefined()
    expect(wedge.press(stroke('Enter'), false, 1_000)).toBeUndefined()
  })

  it('gives back any text that a fast scanner types', () => {
    const text = fc.string({ minLength: 5, maxLength: 200, unit: 'grapheme-ascii' })
    fc.assert(
      fc.property(text, fc.boolean(), fc.integer({ min: 0, max: 79 }), (scan, free, everyMs) => {
        expect(type(new Wedge(), [...scan], everyMs, free, 10_000)).toEqual({ scan })
      }),
    )
  })
})
