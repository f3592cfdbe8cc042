import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { vectors } from '../../../test/_vectors.ts'
import { AS7265X_NM, As7265xLines, type As7265xMessage, dieTemperatures, rawValues } from './as7265x.ts'

const folder = vectors('edge')
const bytes = (text: string): Uint8Array => Buffer.from(text, 'latin1')

function read(text: string | Uint8Array, cuts: readonly number[] = []): As7265xMessage[] {
  const codec = new As7265xLines()
  const all = typeof text === 'string' ? bytes(text) : text
  const out: As7265xMessage[] = []
  let from = 0
  for (const to of [...cuts.map((cut) => cut % (all.length + 1)).sort((a, b) => a - b), all.length]) {
    out.push(...codec.push(all.subarray(from, to)))
    from = to
  }
  return out
}

const ANSWERS = '12.0.0 OK\n30, 29, 31OK\r\n\nERROR\n5, 6, 7\n'

describe('the AS7265x lines', () => {
  it('are answers with or without a space before the closing word, and lines without one', () => {
    expect(read(ANSWERS)).toEqual([
      { kind: 'reply', ok: true, text: '12.0.0' },
      { kind: 'reply', ok: true, text: '30, 29, 31' },
      { kind: 'reply', ok: false, text: '' },
      { kind: 'line', text: '5, 6, 7' },
    ])
  })

  it('are the same however the bytes are cut', () => {
    fc.assert(fc.property(fc.array(fc.nat()), (cuts) => void expect(read(ANSWERS, cuts)).toEqual(read(ANSWERS))))
  })

  it('are heard again after any noise that ends', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 700 }), (noise) => {
        const messages = read(Buffer.concat([noise, bytes('\n7 OK\n')]))
        expect(messages.at(-1)).toEqual({ kind: 'reply', ok: true, text: '7' })
      }),
    )
  })

  it('never end in a word that only ends like one', () => {
    expect(read('BOOK\n')).toEqual([{ kind: 'line', text: 'BOOK' }])
  })
})

describe.skipIf(folder === undefined)('the AS7265x values', () => {
  const file = folder ? readFileSync(`${folder}/as7265x-at.json`, 'utf8') : '{}'
  const vector = JSON.parse(file) as {
    channel_order_on_wire: string[]
    wavelength_nm: Record<string, number>
    transcripts_real_values: { ATDATA: string; ATCDATA: string }[]
  }

  it('come by wavelength', () => {
    const nm = vector.channel_order_on_wire.map((name) => vector.wavelength_nm[name]!)
    // Each channel answers with its own wavelength: sorted, they must be the axis.
    expect(rawValues(nm.join(', '))).toEqual(AS7265X_NM)
    for (const { ATDATA } of vector.transcripts_real_values) {
      const [message] = read(ATDATA)
      const wire = ATDATA.replace(' OK\n', '').split(', ').map(Number)
      const values = rawValues(message?.kind === 'reply' ? message.text : '')!
      const sorted = nm.map((at, i) => [at, wire[i]!]).sort(([a = 0], [b = 0]) => a - b)
      expect(values).toEqual(sorted.map(([, count]) => count))
    }
  })

  it('are raw ones: calibrated values are none of ours', () => {
    for (const { ATCDATA } of vector.transcripts_real_values) {
      const [message] = read(ATCDATA)
      expect(rawValues(message?.kind === 'reply' ? message.text : '')).toBeUndefined()
    }
  })
})

describe('values', () => {
  it.each([
    '',
    '1, 2',
    Array.from({ length: 18 }, () => '65536').join(','),
    Array.from({ length: 19 }, () => '1').join(','),
  ])('are 18 numbers of 16 bits, or nothing: %s', (text) => expect(rawValues(text)).toBeUndefined())

  it('of the dies are three', () => {
    expect(dieTemperatures('31, 30.5, -1')).toEqual([31_000, 30_500, -1000])
    for (const text of ['31, 30', '31, 30, x', '31, 30, 1e3', '']) expect(dieTemperatures(text)).toBeUndefined()
  })
})
