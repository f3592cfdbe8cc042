import { describe, expect, it } from 'vitest'
import { pathOf, subjectFromPath } from './subject-from-path.ts'
import { subjectFromText } from './subject-from-text.ts'

const item = 'https://id.gs1.org/01/09506000134352/21/7K3M92QD40XA'

describe('subjectFromPath', () => {
  it.each([
    ['/01/09506000134352/21/7K3M92QD40XA', item],
    ['/01/09506000134352/10/B261120-07/21/7K3M92QD40XA', item],
    ['/01/09506000134352/10/B261120-07', 'https://id.gs1.org/01/09506000134352/10/B261120-07'],
    ['/00/395060001340000018', 'https://id.gs1.org/00/395060001340000018'],
    ['/01/09506000134352', 'https://id.gs1.org/01/09506000134352'],
    ['/01/09506000134352/10/A%2FB', 'https://id.gs1.org/01/09506000134352/10/A%2FB'],
  ])('reads %s', (path, subject) => {
    expect(subjectFromPath(path)).toMatchObject({ kind: 'subject', subject })
  })

  it('keeps what the code says beyond the subject', () => {
    const address = subjectFromPath('/01/09506000134352/10/B261120-07/21/7K3M92QD40XA', '?17=261126&lang=en')
    expect(address.kind === 'subject' && Object.fromEntries(address.elements)).toEqual({
      '01': '09506000134352',
      '10': 'B261120-07',
      '17': '261126',
      '21': '7K3M92QD40XA',
    })
  })

  it.each([
    ['/', ''],
    ['/index.html', ''],
    ['/', '?lang=en'],
    ['/', '?subject='],
  ])('takes %s%s for the front door', (path, search) => {
    expect(subjectFromPath(path, search)).toEqual({ kind: 'start' })
  })

  it('takes a subject without a Digital Link from the query', () => {
    expect(subjectFromPath('/', '?subject=https%3A%2F%2Ffarm.example%2Fpig%2F7')).toMatchObject({
      kind: 'subject',
      subject: 'https://farm.example/pig/7',
    })
  })

  it.each([
    ['/01/09506000134353/21/7', 'GS1_CHECK_DIGIT'],
    ['/01/09506000134352/21/', 'GS1_AI_VALUE'],
    ['/somewhere/else', 'GS1_URI'],
    ['/01/09506000134352/21/%3Cscript%3E%20', 'GS1_AI_VALUE'],
  ])('says what is wrong with %s', (path, code) => {
    expect(subjectFromPath(path)).toEqual({ kind: 'wrong', code })
  })
})

describe('subjectFromText', () => {
  it.each([
    ['(01)09506000134352(10)B261120-07(21)7K3M92QD40XA', item],
    [' (01) 09506000134352 (21) 7K3M92QD40XA ', item],
    ['https://trace.example/01/09506000134352/21/7K3M92QD40XA?lang=en', item],
    ['https://farm.example/pig/7', 'https://farm.example/pig/7'],
    // As scanners that type begin.
    [']d2010950600013435221' + '7K3M92QD40XA', item],
    [']Q1https://trace.example/01/09506000134352/21/7K3M92QD40XA', item],
    // FNC1 as it is shown where the sign itself is not.
    ...['\u241d', '{GS}', '[GS]', '<GS>', '\\x1d', '|', '~', '^]', '\x1d\x1d', '{FNC1}'].map(
      (fnc1) => [`010950600013435210B261120-07${fnc1}217K3M92QD40XA`, item] as [string, string],
    ),
    // As chats and browsers copy an address.
    ['【猪肉】快来看https://trace.example/01/09506000134352/21/7K3M92QD40XA，点开即可', item],
    ['Look: https://trace.example/01/09506000134352/21/7K3M92QD40XA (pork)', item],
    ['trace.example/01/09506000134352/21/7K3M92QD40XA', item],
    ['trace.example:8080/01/09506000134352/21/7K3M92QD40XA', item],
    // What stands under the bars of a pallet.
    ['395060001340000018', 'https://id.gs1.org/00/395060001340000018'],
    ['3 9506000 134000001 8', 'https://id.gs1.org/00/395060001340000018'],
  ])('reads %s', (text, subject) => {
    expect(subjectFromText(text)).toMatchObject({ kind: 'subject', subject })
  })

  it('refuses half a number', () => {
    expect(subjectFromText('(01)0950600013435')).toMatchObject({ kind: 'wrong' })
    expect(subjectFromText('pork')).toMatchObject({ kind: 'wrong' })
  })

  it('does not choose where 18 digits are two things', () => {
    // An SSCC by its check digit, and a GIAI by its identifier.
    expect(subjectFromText('800495060001340000')).toEqual({ kind: 'wrong', code: 'GS1_AMBIGUOUS' })
    expect(subjectFromText('(00)800495060001340000')).toMatchObject({ kind: 'subject' })
  })

  it('is nothing for nothing', () => {
    expect(subjectFromText('  ')).toEqual({ kind: 'start' })
  })
})

describe('pathOf', () => {
  it.each([item, 'https://id.gs1.org/00/395060001340000018', 'https://farm.example/pig/7?x=1'])(
    'leads back to %s',
    (subject) => {
      const url = new URL(pathOf(subject), 'https://trace.example')
      expect(subjectFromPath(url.pathname, url.search)).toMatchObject({ kind: 'subject', subject })
    },
  )
})
