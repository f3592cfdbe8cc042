import { Readable } from 'node:stream'
import { describe, expect, it } from 'vitest'
import { hashPin, isPin, isPinHash, isPinOf } from './pin.ts'
import { readPinHash } from './pin-command.ts'
import { Attempts, SESSION_MS, Sessions } from './sessions.ts'

describe('a PIN', () => {
  it('is kept as a hash of its own, and known again by it', async () => {
    const [one, two] = await Promise.all([hashPin('271828'), hashPin('271828')])
    expect(isPinHash(one)).toBe(true)
    expect(one).not.toBe(two)
    expect(one).not.toContain('271828')
    expect(await isPinOf(one, '271828')).toBe(true)
    for (const wrong of ['271829', '27182', '', '271828 ', `271828${'0'.repeat(5000)}`])
      expect(await isPinOf(one, wrong), wrong.slice(0, 9)).toBe(false)
  })

  it('has 6 to 12 digits; what is no hash is none', () => {
    for (const bad of ['12345', '1234567890123', '12345a', '１２３４５６']) expect(isPin(bad), bad).toBe(false)
    expect(isPinHash('271828')).toBe(false)
    expect(isPinHash('$scrypt$ln=30,r=8,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA')).toBe(
      false,
    )
  })

  it('is read from standard input', async () => {
    expect(isPinHash((await readPinHash(Readable.from(['271828\n']))) ?? '')).toBe(true)
    expect(await readPinHash(Readable.from(['hello\n']))).toBeUndefined()
    expect(await readPinHash(Readable.from([]))).toBeUndefined()
  })
})

describe('sessions', () => {
  it('end after a shift, when they are closed, and when there are too many', () => {
    let now = 0
    const sessions = new Sessions(() => now)
    const first = sessions.open()
    expect(sessions.has(first)).toBe(true)
    now = SESSION_MS - 1
    expect(sessions.has(first)).toBe(true)
    now = SESSION_MS
    expect(sessions.has(first)).toBe(false)
    const second = sessions.open()
    sessions.close(second)
    expect(sessions.has(second)).toBe(false)
    const third = sessions.open()
    for (let n = 0; n < 16; n++) sessions.open()
    expect(sessions.has(third)).toBe(false)
    expect(sessions.has(undefined)).toBe(false)
    expect(sessions.has('')).toBe(false)
  })
})

describe('trying PINs', () => {
  it('gets slower by the try for one address, and leaves others alone', () => {
    let now = 0
    const attempts = new Attempts(() => now)
    const waits: number[] = []
    for (let n = 0; n < 9; n++) {
      const waitMs = attempts.begin('10.0.0.9') ?? 0
      waits.push(waitMs)
      now += waitMs
      if (waitMs > 0) expect(attempts.begin('10.0.0.9')).toBeUndefined()
    }
    expect(waits).toEqual([0, 0, 0, 0, 0, 2_000, 4_000, 8_000, 16_000])
    expect(attempts.begin('10.0.0.8')).toBeUndefined()
  })

  it('lets no flock of addresses try more than sixty in an hour', () => {
    let now = 0
    const attempts = new Attempts(() => now)
    let made = 0
    for (let n = 0; n < 5_000; n++) {
      if (attempts.begin(`10.0.${n >> 8}.${n & 255}`) === undefined) made++
      now += 100
    }
    expect(made).toBe(60)
    now += 3_600_000
    expect(attempts.begin('10.9.9.9')).toBeUndefined()
  })

  it('forgets what was wrong before when it is right', () => {
    const attempts = new Attempts(() => 0)
    for (let n = 0; n < 20; n++) {
      expect(attempts.begin('10.0.0.1')).toBeUndefined()
      attempts.succeeded('10.0.0.1')
    }
  })
})
