import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { cpuMs } from '../../../test/_cpu-time.ts'
import { vectors } from '../../../test/_vectors.ts'
import { parseTemplate } from './text-template.ts'

const folder = vectors('edge')
const read = (template: string, line: string): Record<string, number> | undefined => {
  const values = parseTemplate(template)?.read(line)
  return values && Object.fromEntries(values)
}

describe('a template', () => {
  it.skipIf(!folder)('reads the recorded line, with blanks as they come', () => {
    const { rsp } = JSON.parse(readFileSync(`${folder}/ascii-temperx232.json`, 'utf8')) as { rsp: string }
    const template = 'Temp-Inner:{Temperature} [C],{RelativeHumidity} [%RH]<'
    const wanted = { Temperature: 25_310, RelativeHumidity: 47_060 }
    expect(read(template, rsp)).toEqual(wanted)
    expect(read(template, rsp.replaceAll(' ', ''))).toEqual(wanted)
    expect(read(template, rsp.replace(':', ':  '))).toEqual(wanted)
  })

  it.each([
    ['T={A}', 'T=-0.04', { A: -40 }],
    ['T={A}', 'T=+7', { A: 7000 }],
    ['T={A}', 'T=1.2345', { A: 1235 }],
    ['{A};{*};{B}', '1;anything, at all;2', { A: 1000, B: 2000 }],
    ['{A}', '-40', { A: -40_000 }],
    ['T={A} {*}', 'T=2.5 and so on 7', { A: 2500 }],
    ['T={A} {*}', 'T=2.5', { A: 2500 }],
    ['T={A}', 'T=-0', { A: 0 }],
  ])('%s reads %s in thousandths', (template, line, wanted) => {
    expect(read(template, line)).toEqual(wanted)
  })

  it.each([
    ['T={A}', 'T=1.2.3'],
    ['T={A}', 'T=1234567'],
    ['T={A}', 'T=1 2'],
    ['T={A}', 'xT=1'],
    ['T={A}', 'T='],
    ['T={A}', 'T=1e5'],
    ['T={A} H={B}', 'T=1'],
  ])('%s reads nothing from %s', (template, line) => {
    expect(read(template, line)).toBeUndefined()
  })

  it('tells that the instrument has no number', () => {
    for (const word of ['nan', 'NaN', '--', '---', 'ERR', 'error'])
      expect(read('T={A} C', `T=${word} C`)).toEqual({ A: Number.NaN })
  })

  it.each(['', 'no field', '{A}{B}', '{A} {B', '{A}}', '{A}{*}', '{1}', '{A} {A}', 'x'.repeat(300), '{A} {*} {B}'])(
    'is refused: %s',
    (text) => {
      expect(parseTemplate(text)).toBeUndefined()
    },
  )

  it('is done in one pass, whatever the template and the line', () => {
    const piece = fc.constantFrom('{A}', '{B}', '{*}', ' ', 'a', 'aa', '1', '.', '-', '{', '}')
    fc.assert(
      fc.property(
        fc.array(piece, { maxLength: 40 }),
        fc.string({ maxLength: 500, unit: fc.constantFrom('a', '1', '.', ' ', '-') }),
        (parts, line) => {
          const began = cpuMs()
          parseTemplate(parts.join(''))?.read(line)
          expect(cpuMs() - began).toBeLessThan(5000)
        },
      ),
    )
  })

  it('never reads a number that is not in the line', () => {
    fc.assert(
      fc.property(fc.integer({ min: -999_999, max: 999_999 }), fc.integer({ min: 0, max: 999 }), (whole, decimals) => {
        const text = `${whole}.${String(decimals).padStart(3, '0')}`
        const sign = text.startsWith('-') ? -1 : 1
        expect(read('T={A}', `T=${text}`)).toEqual({ A: sign * (Math.abs(whole) * 1000 + decimals) + 0 })
      }),
    )
  })
})
