import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { seed } from './_memory-ledger.ts'
import { refusal } from './_refusal.ts'
import { encodeCbor } from './cbor.ts'
import { publicKeyOf, signOnNoble, verifyOnNoble } from './ed25519-curve.ts'
import { keyThumbprint } from './key.ts'
import { openParcel, PARCEL_BYTES, type Parcel, ParcelReader, parcelItem, sealParcel } from './parcel.ts'

const sign = signOnNoble(seed('gateway'))
const publicKey = publicKeyOf(seed('gateway'))
const kid = keyThumbprint(publicKey)
const piece = (n: number): Uint8Array => new Uint8Array(10 + n).fill(n)

const parcel: Parcel = { kid, from: 3, to: 5, batches: [piece(1), piece(2)], evidence: [piece(3)] }

describe('a parcel', () => {
  it('is read as it was packed, and tells who packed it', () => {
    const opened = openParcel(sealParcel(parcel, sign))
    expect(opened).toMatchObject(parcel)
    expect(opened.isSigned(publicKey, verifyOnNoble)).toBe(true)
    expect(opened.isSigned(publicKeyOf(seed('other')), verifyOnNoble)).toBe(false)
  })

  it('may be empty', () => {
    const empty = { ...parcel, from: 3, to: 3, batches: [], evidence: [] }
    expect(openParcel(sealParcel(empty, sign))).toMatchObject(empty)
  })

  it('shows every changed bit', () => {
    const bytes = sealParcel(parcel, sign)
    for (let i = 0; i < bytes.length; i++) {
      const changed = bytes.slice()
      changed[i]! ^= 1
      let taken = false
      try {
        taken = openParcel(changed).isSigned(publicKey, verifyOnNoble)
      } catch (error) {
        expect((error as { code: string }).code).toMatch(/^PARCEL_/)
      }
      expect(taken, `byte ${i}`).toBe(false)
    }
  })

  it('does not let a piece pass from one list to the other', () => {
    const head = (bytes: Uint8Array): Uint8Array => bytes.subarray(2, 2 + 3 + 300)
    expect(head(sealParcel(parcel, sign))).not.toEqual(
      head(sealParcel({ ...parcel, batches: [...parcel.batches, ...parcel.evidence], evidence: [] }, sign)),
    )
  })

  it.each([
    ['nothing', new Uint8Array()],
    ['another version', encodeCbor([2, piece(1), [], []])],
    ['no envelope', encodeCbor([1, piece(1), [], []])],
    ['text', encodeCbor('parcel')],
  ])('is refused: %s', (_, bytes) => {
    expect(refusal(() => openParcel(bytes))).toBe('PARCEL_MALFORMED')
  })

  it('is no larger than a small machine can hold', () => {
    const large = {
      ...parcel,
      batches: [new Uint8Array(8_000_000), new Uint8Array(8_000_000), new Uint8Array(1_000_000)],
    }
    expect(refusal(() => sealParcel(large, sign))).toBe('PARCEL_SIZE')
    expect(refusal(() => openParcel(new Uint8Array(PARCEL_BYTES + 1)))).toBe('PARCEL_SIZE')
  })
})

describe('a file of parcels', () => {
  it('is cut into the same parcels, however it comes', () => {
    const parcels = [parcel, { ...parcel, from: 5, to: 6 }, { ...parcel, batches: [] }].map((p) => sealParcel(p, sign))
    const file = new Uint8Array(parcels.flatMap((p) => [...parcelItem(p)]))
    fc.assert(
      fc.property(fc.array(fc.nat(file.length), { maxLength: 8 }), (cuts) => {
        const reader = new ParcelReader()
        const found: Uint8Array[] = []
        let at = 0
        for (const cut of [...cuts.toSorted((a, b) => a - b), file.length]) {
          found.push(...reader.push(file.subarray(at, cut)))
          at = cut
        }
        reader.end()
        expect(found).toEqual(parcels)
      }),
    )
  })

  it('says when it was cut off, or is something else', () => {
    const item = parcelItem(sealParcel(parcel, sign))
    const reader = new ParcelReader()
    reader.push(item.subarray(0, -1))
    expect(refusal(() => reader.end())).toBe('PARCEL_MALFORMED')
    expect(refusal(() => new ParcelReader().push(new Uint8Array([0x83])))).toBe('PARCEL_MALFORMED')
    expect(refusal(() => new ParcelReader().push(new Uint8Array([0x5a, 0xff, 0xff, 0xff, 0xff])))).toBe('PARCEL_SIZE')
  })
})
