import { namesOnLabel } from '@tristamp/protocol'
import { describe, expect, it } from 'vitest'
import { bestScanned, isWhole, scannedOf } from './scanned.ts'
import { subjectFromPath } from './subject-from-path.ts'

const path = '/01/09506000134352/21/7K3M92QD40XA'

describe('scannedOf', () => {
  it.each([
    `https://trace.example${path}?lang=en`,
    `HTTPS://TRACE.EXAMPLE${path}`,
    `https://id.gs1.org${path}`,
    '(01)09506000134352(21)7K3M92QD40XA',
    ']d2010950600013435221' + '7K3M92QD40XA',
    '\x1d010950600013435221' + '7K3M92QD40XA',
  ])('takes the number out of %j', (text) => {
    expect(scannedOf(text, 'trace.example')).toEqual({ kind: 'goods', path })
  })

  it.each([
    `https://id.gs1.org/01/09506000134352/10/B1/21/7K3M?17=261126&3103=000400`,
    '(01)09506000134352(17)261126(10)B1(21)7K3M',
    '\x1d010950600013435217261126' + '10B1\x1d217K3M',
  ])('keeps lot and date of %j, by which goods are called back that nobody recorded', (text) => {
    const path = '/01/09506000134352/10/B1/21/7K3M?17=261126'
    expect(scannedOf(text, 'trace.example')).toEqual({ kind: 'goods', path })
    const address = subjectFromPath('/01/09506000134352/10/B1/21/7K3M', '?17=261126')
    expect(address).toMatchObject({ subject: 'https://id.gs1.org/01/09506000134352/21/7K3M' })
    expect(address.kind === 'subject' && namesOnLabel(address.elements)).toContain(
      'https://id.gs1.org/01/09506000134352/10/B1',
    )
  })

  it('leads to the pack itself where no address names a lot beside its serial, which a third party gave', () => {
    for (const text of ['(01)09506000134352(235)TP1(10)B1(17)261126', '\x1d01095060001343521726112610B1\x1d235TP1'])
      expect(scannedOf(text, 'trace.example')).toEqual({ kind: 'goods', path: '/01/09506000134352/235/TP1?17=261126' })
    const address = subjectFromPath('/01/09506000134352/235/TP1', '?17=261126')
    expect(address).toMatchObject({ subject: 'https://id.gs1.org/01/09506000134352/235/TP1' })
  })

  it('takes a lot with a dot and a slash for no host', () => {
    for (const text of ['010950600013435210A.B/C', ']C1010950600013435210A.B/C', '010950600013435210A.B/C\x1d'])
      expect(scannedOf(text, 'trace.example')).toEqual({ kind: 'goods', path: '/01/09506000134352/10/A.B%2FC' })
  })

  it('takes a bare retail number for its product', () => {
    expect(scannedOf('9506000134352', 'trace.example')).toEqual({ kind: 'goods', path: '/01/09506000134352' })
  })

  it.each([
    `https://evil.example${path}`,
    `https://trace.example.evil.example${path}`,
    `http://evil.example:8080${path}`,
    `evil.example${path}`,
    `evil.example:8080${path}`,
    `Win! https://evil.example${path} now`,
  ])('says of %s that it is not ours', (text) => {
    expect(scannedOf(text, 'trace.example')).toMatchObject({ kind: 'foreign', text, path })
  })

  it.each([
    'javascript:alert(1)',
    'https://',
    'WIFI:S:a;;',
    'pork',
    'https://evil.example/win',
    `https://trace.example@evil.example${path}`,
  ])('leads nowhere for %s', (text) => {
    expect(['text', 'foreign']).toContain(scannedOf(text, 'trace.example').kind)
    expect(scannedOf(text, 'trace.example')).not.toHaveProperty('path')
  })
})

describe('bestScanned', () => {
  it('prefers the number of one pack to that of its kind, and either to an address of others', () => {
    const texts = ['WIFI:S:a;;', 'https://shop.example/x', '9506000134352', `https://id.gs1.org${path}`]
    for (let i = texts.length; i > 1; i--) {
      const best = bestScanned(texts.slice(0, i), 'trace.example')!
      expect(best).toEqual(scannedOf(texts[i - 1]!, 'trace.example'))
      expect(isWhole(best)).toBe(i === 4)
    }
    expect(bestScanned([], 'trace.example')).toBeUndefined()
  })

  it.each(['(21)C', '(235)C'])('prefers a serial, %s, to a lot, however much is said beside that', (serial) => {
    const [pack, lot] = [`(01)09506000134352${serial}`, '(01)09506000134352(22)21(10)B(17)261126']
    for (const texts of [
      [pack, lot],
      [lot, pack],
    ])
      expect(bestScanned(texts, 'trace.example')).toEqual(scannedOf(pack, 'trace.example'))
  })
})
