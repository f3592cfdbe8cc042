import { describe, expect, test } from 'vitest'
import type { Claim } from './claim.ts'
import { RollbackWatch } from './published-check.ts'

const claim = (size: number): Claim => ({ origin: 'ledger.example', size, root: new Uint8Array(32), note: '' })

describe('what a leader publishes, beside what it has signed', () => {
  test('may be fewer entries for a moment, again and again', () => {
    let now = 0
    const watch = new RollbackWatch(() => now)
    // Every look comes while the next state waits for cosignatures.
    for (let size = 40; size < 100; size += 2, now += 900) watch.check(claim(size), size + 2)
  })

  test('may be fewer before and after it was away, if it is another state', () => {
    let now = 0
    const watch = new RollbackWatch(() => now)
    watch.check(claim(39), 41)
    now += 60_000
    watch.check(claim(41), 43)
    now += 4_000
    watch.check(claim(43), 43)
  })

  test('may be old at the first look after a stand-still', () => {
    let now = 0
    const watch = new RollbackWatch(() => now)
    watch.check(claim(41), 43)
    now += 60_000
    watch.check(claim(41), 43)
    now += 500
    watch.check(claim(43), 43)
  })

  test('is a rollback when it stays fewer', () => {
    let now = 0
    const watch = new RollbackWatch(() => now)
    const look = (): void => {
      now += 500
      watch.check(claim(41), 43)
    }
    for (let i = 0; i < 10; i++) look()
    expect(look).toThrow(expect.objectContaining({ code: 'FOLLOW_ROLLBACK' }))
    // What is signed meanwhile makes it no better.
    expect(() => watch.check(claim(42), 99)).toThrow('the leader publishes 42 entries, and had signed 43')
  })
})
