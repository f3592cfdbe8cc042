import { toBase64 } from '@tristamp/protocol'
import { describe, expect, it } from 'vitest'
import { Memory, type Shelf } from './remembered.ts'

class MapShelf implements Shelf {
  readonly map: Map<string, string> = new Map()
  getItem(key: string): string | null {
    return this.map.get(key) ?? null
  }
  setItem(key: string, value: string): void {
    this.map.set(key, value)
  }
  removeItem(key: string): void {
    this.map.delete(key)
  }
}

const root = (n: number): Uint8Array => new Uint8Array(32).fill(n)

describe('Memory', () => {
  it('gives back what it was given', () => {
    const memory = new Memory(new MapShelf())
    memory.pinPolicy({ text: 'log k\n', firstSeenMs: 5 })
    memory.rememberCheckpoint('a', { size: 9, root: root(1) })
    memory.keep('s', { atMs: 7, bundle: Uint8Array.of(1, 2, 255) })
    expect(memory.policy()).toEqual({ text: 'log k\n', firstSeenMs: 5 })
    expect(memory.checkpoint('a')).toEqual({ size: 9, root: root(1) })
    expect(memory.checkpoint('b')).toBeUndefined()
    expect(memory.kept('s')).toEqual({ atMs: 7, bundle: Uint8Array.of(1, 2, 255) })
  })

  it('keeps the signed note, and drops one that is not of the state beside it', () => {
    const shelf = new MapShelf()
    const memory = new Memory(shelf)
    const note = `a\n9\n${toBase64(root(1))}\n\n— a AAAAAAA=\n`
    memory.rememberCheckpoint('a', { size: 9, root: root(1), note })
    expect(memory.checkpoint('a')).toEqual({ size: 9, root: root(1), note })
    for (const other of [note.replace('9', '8'), note.replace('a\n9', 'a\n9\n9'), 'x', '']) {
      memory.rememberCheckpoint('a', { size: 9, root: root(1), note: other })
      expect(memory.checkpoint('a'), other).toEqual({ size: 9, root: root(1) })
    }
  })

  it('never goes back to a smaller ledger', () => {
    const memory = new Memory(new MapShelf())
    memory.rememberCheckpoint('a', { size: 9, root: root(1) })
    memory.rememberCheckpoint('a', { size: 8, root: root(2) })
    expect(memory.checkpoint('a')?.size).toBe(9)
  })

  it('keeps the last few subjects and forgets the oldest', () => {
    const shelf = new MapShelf()
    const memory = new Memory(shelf)
    for (let i = 0; i < 20; i++) memory.keep(`s${i}`, { atMs: i, bundle: Uint8Array.of(i) })
    expect(memory.kept('s19')).toBeDefined()
    expect(memory.kept('s7')).toBeUndefined()
    expect([...shelf.map.keys()].filter((key) => key.includes('kept/'))).toHaveLength(12)
  })

  it('shows no check before the last one, where the last is too large or finds no room', () => {
    const shelf = new MapShelf()
    const memory = new Memory(shelf)
    memory.keep('s', { atMs: 1, bundle: Uint8Array.of(1) })
    memory.keep('s', { atMs: 2, bundle: new Uint8Array(200_000) })
    expect(memory.kept('s')).toBeUndefined()
    memory.keep('s', { atMs: 3, bundle: Uint8Array.of(1) })
    const set = shelf.setItem.bind(shelf)
    shelf.setItem = () => {
      throw new DOMException('full', 'QuotaExceededError')
    }
    memory.keep('s', { atMs: 4, bundle: Uint8Array.of(2) })
    expect(memory.kept('s')).toBeUndefined()
    shelf.setItem = set
  })

  it('makes room for the last check from the oldest', () => {
    const shelf = new MapShelf()
    const memory = new Memory(shelf)
    for (let i = 0; i < 6; i++) memory.keep(`s${i}`, { atMs: i, bundle: new Uint8Array(50) })
    const set = shelf.setItem.bind(shelf)
    shelf.setItem = (key, value) => {
      const others = [...shelf.map].filter(([name]) => name !== key)
      if (others.reduce((sum, [, text]) => sum + text.length, value.length) > 700)
        throw new DOMException('full', 'QuotaExceededError')
      set(key, value)
    }
    memory.keep('s', { atMs: 9, bundle: new Uint8Array(200) })
    expect(memory.kept('s')?.atMs).toBe(9)
    expect(memory.kept('s0')).toBeUndefined()
    expect(memory.kept('s5')?.atMs).toBe(5)
  })

  it('forgets a ledger whole', () => {
    const memory = new Memory(new MapShelf())
    memory.pinPolicy({ text: 'x', firstSeenMs: 1 })
    memory.rememberCheckpoint('a', { size: 9, root: root(1) })
    memory.rememberCheckpoint('b', { size: 3, root: root(1) })
    memory.forgetLedgers()
    expect([memory.policy(), memory.checkpoint('a'), memory.checkpoint('b')]).toEqual([undefined, undefined, undefined])
  })

  it.each([
    '',
    'null',
    '7',
    '[]',
    '{"size":"9"}',
    '{"size":-1,"root":"00"}',
    '{"size":1,"root":"xyz"}',
    '{',
    '{"size":1.5,"root":"00"}',
  ])('reads nothing out of %s', (text) => {
    const shelf = new MapShelf()
    for (const key of ['policy', 'checkpoint/a', 'kept/s', 'kept', 'checkpoints'])
      shelf.setItem(`tristamp/1/${key}`, text)
    const memory = new Memory(shelf)
    expect([memory.policy(), memory.checkpoint('a'), memory.kept('s')]).toEqual([undefined, undefined, undefined])
    expect(() => memory.keep('t', { atMs: 1, bundle: Uint8Array.of(1) })).not.toThrow()
    expect(() => memory.forgetLedgers()).not.toThrow()
  })

  it('works without a shelf, and with one that is full', () => {
    const full: Shelf = {
      getItem: () => null,
      removeItem: () => undefined,
      setItem: () => {
        throw new DOMException('full', 'QuotaExceededError')
      },
    }
    for (const memory of [new Memory(undefined), new Memory(full)]) {
      memory.pinPolicy({ text: 'x', firstSeenMs: 1 })
      memory.keep('s', { atMs: 7, bundle: Uint8Array.of(1) })
      expect(memory.kept('s')).toBeUndefined()
    }
  })
})
