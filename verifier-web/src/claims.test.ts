import { describe, expect, it } from 'vitest'
import { bounded, claimsOf, spelled } from './claims.ts'

const records = (...events: object[]): Parameters<typeof claimsOf>[0] => events.map((event) => ({ event })) as never

describe('claimsOf', () => {
  it('tells of what was measured, stated and certified, and who says so', () => {
    const birth = {
      type: 'ObjectEvent',
      ilmd: { 'cbvmda:lotNumber': 'B1', 'cbvmda:itemExpirationDate': '2026-11-26', 'cbvmda:ageMonths': 10 },
      certificationInfo: ['https://a.example/1', 'https://a.example/2'],
      sensorElementList: [
        {
          sensorReport: [
            { type: 'Temperature', value: 3, uom: 'CEL' },
            { type: 'Mass', value: 118.5, uom: 'KGM' },
            { type: 'Mass', exception: 'ERROR_CONDITION', value: 1 },
          ],
        },
      ],
    }
    expect(claimsOf(records(birth, birth))).toEqual([
      { kind: 'measured', device: true, type: 'Mass', low: 118.5, high: 118.5, uom: 'KGM' },
      { kind: 'attribute', device: false, name: 'ageMonths', value: 10 },
      { kind: 'certificates', device: false, n: 2 },
    ])
    expect(claimsOf(records({ type: 'ObjectEvent', certificationInfo: 'https://a.example/1' }))).toEqual([
      { kind: 'certificates', device: false, n: 1 },
    ])
  })

  it('shows no more than a stop has room for', () => {
    const ilmd = Object.fromEntries(Array.from({ length: 60 }, (_, i) => [`cbvmda:a${i}`, 'x'.repeat(10_000)]))
    const claims = claimsOf(records({ type: 'ObjectEvent', ilmd }))
    expect(claims.length).toBe(12)
    expect(JSON.stringify(claims).length).toBeLessThan(2000)
  })

  it('has nothing to say of a mere reading', () => {
    expect(
      claimsOf(records({ type: 'AggregationEvent' }, { type: 'ObjectEvent', ilmd: { 'cbvmda:lotNumber': 'B' } })),
    ).toEqual([])
  })
})

it('cuts by characters, not inside one', () => {
  expect(bounded('𠮷'.repeat(90), 4)).toBe('𠮷𠮷𠮷…')
  expect(bounded('abcd', 4)).toBe('abcd')
})

it('spells a name that no dictionary has', () => {
  expect(spelled('countryOfOrigin')).toBe('country of origin')
})
