import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { listenToWedge } from './wedge.ts'

// A document of one listener, and keys with the times that a keyboard's driver gives them.

class Field {
  type = 'text'
}
let hear: (event: KeyboardEvent) => void
let taken: string[]
let now: number

interface Key {
  key: string
  code?: string
  shiftKey?: boolean
  ctrlKey?: boolean
  isComposing?: boolean
  repeat?: boolean
  target?: unknown
}

beforeEach(() => {
  vi.stubGlobal('HTMLInputElement', Field)
  vi.stubGlobal('HTMLTextAreaElement', class {})
  vi.stubGlobal('document', {
    addEventListener: (_: string, listener: typeof hear) => {
      hear = listener
    },
  })
  taken = []
  now = 0
  listenToWedge((text) => taken.push(text))
})
afterEach(() => vi.unstubAllGlobals())

/** Presses a key `after` ms; true where the browser must not act on it. */
function press({ key, code = '', ...more }: Key, after = 10): boolean {
  let barred = false
  now += after
  hear({
    key,
    code,
    shiftKey: false,
    ctrlKey: false,
    altKey: false,
    metaKey: false,
    isComposing: false,
    target: {},
    timeStamp: now,
    getModifierState: () => false,
    preventDefault: () => {
      barred = true
    },
    stopPropagation: () => undefined,
    ...more,
  } as unknown as KeyboardEvent)
  return barred
}

const type = (text: string, after = 10, target: unknown = {}): void => {
  for (const key of text) press({ key, target }, after)
}

describe('listenToWedge', () => {
  it('takes what is typed fast and ended, wherever the focus is', () => {
    type('010950600013435210B261120-07')
    press({ key: ']', ctrlKey: true })
    type('217K3M92QD40XA')
    expect(press({ key: 'Enter' })).toBe(true)
    type('9506000134352')
    press({ key: 'Tab' })
    expect(taken).toEqual(['010950600013435210B261120-07\x1d217K3M92QD40XA', '9506000134352'])
  })

  it.each<[string, Key]>([
    ['Ctrl and the key where ] lies', { key: '+', code: 'BracketRight', ctrlKey: true }],
    ['F8', { key: 'F8' }],
    ['the sign itself', { key: '\x1d' }],
  ])('knows FNC1 as %s', (_, fnc1) => {
    type('10ABCDEF')
    press(fnc1)
    type('21X')
    press({ key: 'Enter' })
    expect(taken).toEqual(['10ABCDEF\x1d21X'])
  })

  it('takes a key that is held down for no scanner: the blank scrolls', () => {
    for (let i = 0; i < 20; i++) expect(press({ key: ' ', repeat: i > 0 })).toBe(false)
    press({ key: 'Enter' })
    expect(taken).toEqual([])
  })

  it('keeps browsers from acting on what is a scanner’s: a slash begins a search in some', () => {
    const barred = [...'https://'].map((key) => press({ key }))
    expect(barred.lastIndexOf(false)).toBeLessThan('https:'.length)
  })

  it('leaves people alone, who type slowly, little, or into a field', () => {
    type('9506000134352', 180)
    expect(press({ key: 'Enter' }, 180)).toBe(false)
    type('1234567')
    expect(press({ key: 'Enter' })).toBe(false)
    type('9506000134352', 10, new Field())
    expect(press({ key: 'Enter', target: new Field() })).toBe(false)
    type('9506000134352')
    expect(press({ key: 'Enter' }, 2000)).toBe(false)
    expect(taken).toEqual([])
  })

  it('is not misled by what was typed long before', () => {
    type('hello', 10)
    type('9', 5000)
    type('506000134352')
    press({ key: 'Enter' })
    expect(taken).toEqual(['9506000134352'])
  })

  it('takes the keys where an input method would make words of them', () => {
    const target = new Field()
    const keys: Key[] = [
      { key: '(', shiftKey: true },
      { key: 'Process', code: 'Digit0' },
      { key: 'Process', code: 'Digit1' },
      { key: 'Process', code: 'Digit0', shiftKey: true },
      { key: 'Shift', code: 'ShiftLeft', shiftKey: true },
      { key: 'Process', code: 'KeyB', shiftKey: true },
      { key: 'Process', code: 'KeyB' },
      { key: 'Process', code: 'Minus' },
      { key: 'Process', code: 'Slash' },
      { key: 'Process', code: 'Numpad7' },
      { key: 'Process', code: 'Semicolon', shiftKey: true },
    ]
    for (const key of keys) press({ ...key, isComposing: true, target })
    press({ key: 'Process', code: 'Enter', isComposing: true, target })
    expect(taken).toEqual(['(01)Bb-/7:'])
  })
})
