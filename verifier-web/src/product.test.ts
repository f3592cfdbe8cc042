import { describe, expect, it } from 'vitest'
import { LOT, sampleVerdicts } from './_sample-verdicts.ts'
import { dateOfAi, packOf, packOfCode } from './product.ts'

const elements = new Map([
  ['01', '09506000134352'],
  ['21', '7K3M92QD40XA'],
])

describe('packOf', () => {
  it('takes name, lot, date and maker from proven records', () => {
    expect(packOf(sampleVerdicts.consistent(), elements)).toMatchObject({
      name: { en: 'Chilled black pork' },
      maker: { name: { en: 'Qingjiang Cutting' } },
      lot: 'B261120-07',
      useBy: '2026-11-26',
      serial: '7K3M92QD40XA',
      limits: { minMilliC: 0, maxMilliC: 4000 },
    })
  })

  it('lets signed records overrule what a code says', () => {
    const code = new Map([...elements, ['10', 'OTHER'], ['17', '301231']])
    expect(packOf(sampleVerdicts.consistent(), code)).toMatchObject({ lot: 'B261120-07', useBy: '2026-11-26' })
  })

  it('has only the code without records', () => {
    const code = new Map([...elements, ['17', '261126']])
    expect(packOf(sampleVerdicts.none(), code)).toEqual({
      gtin: '09506000134352',
      serial: '7K3M92QD40XA',
      useBy: '2026-11-26',
    })
  })

  it('knows the lot of a lot', () => {
    const verdict = { ...sampleVerdicts.consistent(), subject: LOT }
    expect(
      packOf(
        verdict,
        new Map([
          ['01', '09506000134352'],
          ['10', 'B261120-07'],
        ]),
      ),
    ).toMatchObject({ lot: 'B261120-07', useBy: '2026-11-26' })
  })

  it('puts nothing of the code beside proven records that do not tell it: whoever made the link may have made it up', () => {
    const verdict = sampleVerdicts.consistent()
    for (const { event } of verdict.events)
      if (event.type === 'TransformationEvent') {
        delete event.ilmd
        delete event.outputQuantityList
      }
    const code = new Map([...elements, ['10', 'OTHER'], ['17', '991231']])
    const { lot, useBy, serial } = packOf(verdict, code)
    expect([lot === 'OTHER', useBy, serial]).toEqual([false, undefined, '7K3M92QD40XA'])
  })

  it('ignores a date that is none', () => {
    const verdict = sampleVerdicts.consistent()
    for (const { event } of verdict.events)
      if (event.type === 'TransformationEvent') event.ilmd = { 'cbvmda:itemExpirationDate': '<b>soon' }
    expect(packOf(verdict, elements).useBy).toBeUndefined()
  })
})

describe('dateOfAi', () => {
  it.each([
    ['261126', '2026-11-26'],
    ['270200', '2027-02-28'],
    ['28x126', undefined],
    [undefined, undefined],
  ])('%s is %s', (value, date) => {
    expect(dateOfAi(value)).toBe(date)
  })

  it('leaves a code without a date without one', () => {
    expect(packOfCode(elements).useBy).toBeUndefined()
  })
})
