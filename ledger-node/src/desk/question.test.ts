import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { readQuestion } from './question.ts'

const PRODUCT = 'https://id.gs1.org/01/09506000134352'
const LOT = `${PRODUCT}/10/B261120-07`
const CHINA = 8 * 3_600_000
const day = (iso: string): number => Date.parse(`${iso}T00:00:00+08:00`)
const ask = (typed: string) => readQuestion(typed, CHINA)

describe('what a person types', () => {
  it.each([
    ['an element string with brackets', '(01)09506000134352(10)B261120-07'],
    ['one in the brackets of a Chinese keyboard', '（01）09506000134352（10）B261120-07'],
    ['one with spaces', ' (01) 09506000134352 (10) B261120-07 '],
    ['a raw one', '010950600013435210B261120-07'],
    ['what a scanner sends', ']d2010950600013435210B261120-07'],
    ['a Digital Link of another host', 'HTTPS://EXAMPLE.COM/01/09506000134352/10/B261120-07'],
    ['the identifier itself', LOT],
  ])('%s names the lot', (_, typed) => {
    expect(ask(typed).exact).toEqual([LOT])
  })

  it.each([
    ['9506000134352', PRODUCT],
    ['09506000134352', PRODUCT],
    ['950 6000 134352', PRODUCT],
    ['9506000134352', 'https://id.gs1.org/414/9506000134352'],
    ['395060000000000016', 'https://id.gs1.org/00/395060000000000016'],
    ['(00)395060000000000016', 'https://id.gs1.org/00/395060000000000016'],
  ])('a bare key %s can be %s', (typed, subject) => {
    expect(ask(typed).exact).toContain(subject)
  })

  it('a key with a wrong check digit is told, and still looked for on labels', () => {
    expect(ask('9506000134353')).toMatchObject({ exact: [], labels: ['9506000134353'], wrong: 'GS1_CHECK_DIGIT' })
    expect(ask('9506000134352').wrong).toBe(undefined)
  })

  it('a lot or a serial alone is a label, however it is written', () => {
    expect(ask('b261120-07')).toMatchObject({ exact: [], labels: ['B261120-07'], text: 'b261120-07' })
    expect(ask('7K3M 92QD 40XA').labels).toEqual(['7K3M92QD40XA'])
    expect(ask('(10)B261120-07').labels).toEqual(['B261120-07'])
  })

  it.each([
    ['2026-11-20', '2026-11-20', '2026-11-20'],
    ['20261120', '2026-11-20', '2026-11-20'],
    ['2026年11月20日', '2026-11-20', '2026-11-20'],
    ['2026/11/20', '2026-11-20', '2026-11-20'],
    ['2026-11-20..22', '2026-11-20', '2026-11-22'],
    ['2026-11-20 至 2026-12-01', '2026-11-20', '2026-12-01'],
    ['2026-11-20 to 2026-11-22', '2026-11-20', '2026-11-22'],
    ['2026年11月20日到12月1日', '2026-11-20', '2026-12-01'],
    ['2026-11', '2026-11-01', '2026-11-30'],
    ['2026年2月', '2026-02-01', '2026-02-28'],
  ])('%s is from %s to %s, by the clock of whoever asks', (typed, from, to) => {
    expect(ask(typed)).toMatchObject({ text: '', days: { from: day(from), to: day(to) + 86_400_000 - 1 } })
  })

  it('a place and a day are both', () => {
    expect(ask('良渚 2026-11-21')).toMatchObject({ text: '良渚', days: { from: day('2026-11-21') } })
  })

  it.each(['2026-13-40', '2026-02-30', 'B2026-11-20', '2026-11-20-7', '2026-11-22..20'])('%s is no day', (typed) => {
    expect(ask(typed).days).toBe(undefined)
  })

  it('anything is read, and nothing of it is longer than it was', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 300 }), (typed) => {
        const { exact, labels, days } = ask(typed)
        expect(exact.length + labels.length).toBeLessThan(8)
        if (days !== undefined) expect(days.to).toBeGreaterThan(days.from)
      }),
    )
  })
})
