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
  ])('reads %s', (text, subject) => {
    expect(subjectFromText(text)).toMatchObject({ kind: 'subject', subject })
  })

  it('refuses half a number', () => {
    expect(subjectFromText('(01)0950600013435')).toMatchObject({ kind: 'wrong' })
    expect(subjectFromText('pork')).toMatchObject({ kind: 'wrong' })
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
