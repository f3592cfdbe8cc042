import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { vectors } from '../../../test/_vectors.ts'
import { TRIGGER } from './gm65.ts'
import { CUT_MS, ScannerLine, type ScannerMessage, SILENCE_MS } from './scanner-line.ts'

const folder = vectors('edge')
const encode = (text: string): Uint8Array => new TextEncoder().encode(text)

function run(bytes: Uint8Array, cuts: readonly number[] = []): ScannerMessage[] {
  const codec = new ScannerLine()
  const out: ScannerMessage[] = []
  let from = 0
  for (const cut of [...cuts, bytes.length].sort((a, b) => a - b)) {
    out.push(...codec.push(bytes.slice(from, cut), 0))
    from = cut
  }
  return [...out, ...codec.idle(CUT_MS)]
}

describe('ScannerLine', () => {
  it.skipIf(!folder)('frames the recorded scans, with CR or CR LF', () => {
    const { samples } = JSON.parse(readFileSync(`${folder}/scanner-gs1.json`, 'utf8')) as {
      samples: { bytes: string }[]
    }
    const all = encode(samples.map((s) => s.bytes).join(''))
    expect(run(all)).toEqual(samples.map((s) => ({ kind: 'frame', text: s.bytes.replace(/[\r\n]+$/, '') })))
  })

  it('gives the same scans for every chunking', () => {
    const scan = fc.string({ minLength: 1, maxLength: 30, unit: fc.constantFrom(...']dQ12AB\x1d/é') })
    fc.assert(
      fc.property(
        fc.array(scan, { maxLength: 5 }),
        fc.constantFrom('\r', '\n', '\r\n'),
        fc.array(fc.nat(200)),
        (scans, end, cuts) => {
          const bytes = encode(scans.map((s) => s + end).join(''))
          const whole = run(bytes)
          expect(whole).toEqual(scans.map((text) => ({ kind: 'frame', text })))
          expect(
            run(
              bytes,
              cuts.filter((c) => c <= bytes.length),
            ),
          ).toEqual(whole)
        },
      ),
    )
  })

  it('does not use a scan that lost its end, and reads the next one', () => {
    const codec = new ScannerLine()
    expect(codec.push(encode(']d2010950110153'), 0)).toEqual([])
    expect(codec.idle(CUT_MS - 1)).toEqual([])
    expect(codec.push(encode(']C1ABC\r\n'), CUT_MS)).toEqual([
      { kind: 'cut', text: ']d2010950110153' },
      { kind: 'frame', text: ']C1ABC' },
    ])
    expect(codec.stats).toMatchObject({ good: 1, bad: 1 })
  })

  it('ends by silence where the scanner is set so', () => {
    const codec = new ScannerLine({ endsBySilence: true })
    expect(codec.push(encode(']C1ABC'), 0)).toEqual([])
    expect(codec.idle(SILENCE_MS)).toEqual([{ kind: 'frame', text: ']C1ABC' }])
  })

  it('takes the acknowledgement of a GM65 out of a scan, wherever it sticks', () => {
    const ack = Uint8Array.of(0x02, 0, 0, 1, 0, 0x33, 0x31)
    const join = (...parts: Uint8Array[]): Uint8Array => Buffer.concat(parts)
    const whole = [{ kind: 'ack' }, { kind: 'frame', text: ']C1ABC' }]
    expect(run(join(ack, encode(']C1ABC\r')))).toEqual(whole)
    expect(run(join(encode(']C1ABC'), ack, encode('\r')))).toEqual(whole)
    expect(run(join(encode(']C1A'), ack, encode('BC\r')))).toEqual(whole)
    expect(run(ack)).toEqual([{ kind: 'ack' }])
    fc.assert(
      fc.property(fc.array(fc.nat(14)), (cuts) => {
        expect(run(join(ack, encode(']C1ABC\r')), cuts)).toEqual(whole)
      }),
    )
  })

  it('gives up a scan without its end though acknowledgements go on, and drops the echo of the trigger', () => {
    const ack = Uint8Array.of(0x02, 0, 0, 1, 0, 0x33, 0x31)
    const codec = new ScannerLine()
    codec.push(encode(']C1CUT'), 0)
    expect(codec.push(ack, 400)).toEqual([{ kind: 'ack' }])
    expect(codec.push(TRIGGER, 450)).toEqual([])
    expect(codec.push(ack, 800)).toEqual([{ kind: 'cut', text: ']C1CUT' }, { kind: 'ack' }])
    expect(codec.push(encode(']C1WHOLE\r'), 900)).toEqual([{ kind: 'frame', text: ']C1WHOLE' }])
  })

  it('bounds its memory and never throws on noise', () => {
    const codec = new ScannerLine()
    for (let i = 0; i < 100; i++) expect(codec.push(new Uint8Array(1000).fill(65), 0)).toEqual([])
    expect(codec.push(encode('\r'), 0)).toMatchObject([{ kind: 'cut' }])
    fc.assert(fc.property(fc.uint8Array({ maxLength: 300 }), (noise) => void run(noise)))
  })
})
