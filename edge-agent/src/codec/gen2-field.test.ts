import { fromHex } from '@tristamp/protocol'
import { describe, expect, it } from 'vitest'
import { gen2Crc } from './gen2-crc.ts'
import { Gen2Field } from './gen2-field.ts'
import { readTag } from './gen2-tag.ts'

const EPC = fromHex('30764433400c0e4000000001')
const read = (over: object = {}): Parameters<Gen2Field['take']>[0] => ({
  epc: EPC,
  antenna: 1,
  rssi: -60,
  count: 1,
  ...over,
})

describe('the tags in the field', () => {
  it('tells a tag once while it stays, however often it answers, and again when it comes back', () => {
    const field = new Gen2Field({ goneMs: 5000, minReads: 1 })
    expect(field.take(read(), 0)).toMatchObject({ count: 1, maxRssi: -60 })
    for (let ms = 100; ms <= 60_000; ms += 100) expect(field.take(read({ rssi: -70 + (ms % 30) }), ms)).toBeUndefined()
    expect(field.left(64_999)).toEqual([])
    expect(field.left(65_000)).toMatchObject([{ count: 601, maxRssi: -50, firstMs: 0, lastMs: 60_000 }])
    expect(field.left(65_000)).toEqual([])
    expect(field.take(read(), 65_001)).toMatchObject({ count: 1, firstMs: 65_001 })
  })

  it('tells each antenna', () => {
    const field = new Gen2Field({ goneMs: 5000, minReads: 1 })
    expect(field.take(read(), 0)).toBeDefined()
    expect(field.take(read({ antenna: 2 }), 1)).toMatchObject({ antenna: 2 })
  })

  it('waits for as many answers as it was told, and counts those of a reader that counts itself', () => {
    const field = new Gen2Field({ goneMs: 1000, minReads: 3 })
    expect(field.take(read(), 0)).toBeUndefined()
    expect(field.take(read(), 10)).toBeUndefined()
    // What was never told does not leave either.
    expect(field.left(1999)).toEqual([])
    // It went, so the count begins anew.
    expect(field.take(read(), 2000)).toBeUndefined()
    expect(field.take(read({ count: 2 }), 2010)).toMatchObject({ count: 3, firstMs: 2000 })
  })

  it('does not hear what is too faint', () => {
    const field = new Gen2Field({ goneMs: 1000, minReads: 1, minRssi: -65 })
    expect(field.take(read({ rssi: -66 }), 0)).toBeUndefined()
    expect(field.take(read({ rssi: -65 }), 1)).toBeDefined()
  })

  it('is bounded', () => {
    const field = new Gen2Field({ goneMs: 1e9, minReads: 1 })
    for (let i = 0; i < 20_000; i++) field.take(read({ epc: Uint8Array.of(i >> 16, i >> 8, i) }), i)
    expect(field.left(3e9)).toHaveLength(5000)
  })
})

describe('what a tag says', () => {
  it('is read only where it is an EPC', () => {
    expect(readTag(EPC, 0x3000)).toMatchObject({ uri: 'https://id.gs1.org/01/09506000123455/21/1' })
    expect(readTag(EPC, undefined)).toMatchObject({ scheme: 'SGTIN-96' })
    expect(readTag(EPC, 0x3100)).toEqual({ why: expect.stringContaining('another system') })
    expect(readTag(EPC, 0x3200)).toEqual({ why: expect.stringContaining('extended') })
    expect(readTag(fromHex('e200001d7315016521408fc6'), 0x3000)).toEqual({ why: expect.stringMatching(/^GS1_TAG/) })
  })

  it('has the CRC of the air interface', () => {
    // The check value of CRC-16/GENIBUS.
    expect(gen2Crc(new TextEncoder().encode('123456789'))).toBe(0xd64e)
  })
})
