import { describe, expect, it } from 'vitest'
import { scannedOf } from './scanned.ts'

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

  it('takes a bare retail number for its product', () => {
    expect(scannedOf('9506000134352', 'trace.example')).toEqual({ kind: 'goods', path: '/01/09506000134352' })
  })

  it.each([
    `https://evil.example${path}`,
    `https://trace.example.evil.example${path}`,
    `http://evil.example:8080${path}`,
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
