import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { SpectrumJsonLines, type SpectrumJsonMessage } from './spectrum-json.ts'

const IDENTITY = {
  kind: 'nir-900-1700',
  firmware: '1.2',
  settings: { integrationUs: 5000, lamp: 1 },
  axis: { unit: 'nm', milli: [900_000, 905_000, 910_000] },
  full: 65_535,
}
const LINES = `${JSON.stringify({ identity: IDENTITY })}\n{"scan":{"counts":[1,2,3],"temperaturesMilliC":[25000]}}\r\n{"error":"lamp"}\n`
const MESSAGES = [
  {
    kind: 'identity',
    identity: {
      instrument: { kind: 'nir-900-1700', firmware: '1.2' },
      settings: IDENTITY.settings,
      axis: IDENTITY.axis,
      full: 65_535,
    },
  },
  { kind: 'scan', scan: { counts: [1, 2, 3], temperaturesMilliC: [25_000] } },
  { kind: 'failure', why: 'lamp' },
]

function read(bytes: Uint8Array, cuts: readonly number[] = []): SpectrumJsonMessage[] {
  const codec = new SpectrumJsonLines()
  const out: SpectrumJsonMessage[] = []
  let from = 0
  for (const to of [...cuts.map((cut) => cut % (bytes.length + 1)).sort((a, b) => a - b), bytes.length]) {
    out.push(...codec.push(bytes.subarray(from, to)))
    from = to
  }
  return out
}

describe('spectrometer lines', () => {
  it('are read however they are cut', () => {
    fc.assert(fc.property(fc.array(fc.nat()), (cuts) => void expect(read(Buffer.from(LINES), cuts)).toEqual(MESSAGES)))
  })

  it('are heard again after any noise', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (noise) => {
        expect(read(Buffer.concat([noise, Buffer.from(`\n${LINES}`)])).slice(-3)).toEqual(MESSAGES)
      }),
    )
  })

  it.each([
    '{"scan":{"counts":[]}}',
    '{"scan":{"counts":[1.5]}}',
    '{"scan":{"counts":[-1]}}',
    '{"scan":{"counts":["1"]}}',
    '{"scan":{"counts":[1],"temperaturesMilliC":"warm"}}',
    '[]',
    'null',
    JSON.stringify({ identity: { ...IDENTITY, axis: { unit: 'nm', milli: [2, 1] } } }),
    JSON.stringify({ identity: { ...IDENTITY, axis: { unit: 'furlong', milli: [1, 2] } } }),
    JSON.stringify({ identity: { ...IDENTITY, settings: { Gain: 1 } } }),
    JSON.stringify({ identity: { ...IDENTITY, full: 0.5 } }),
    JSON.stringify({ identity: { ...IDENTITY, kind: '' } }),
    `{"scan":{"counts":[${Array.from({ length: 1025 }, () => 1).join()}]}}`,
  ])('that are not of the protocol are none: %s', (line) => {
    const codec = new SpectrumJsonLines()
    expect(codec.push(Buffer.from(`${line}\n`))).toEqual([])
    expect(codec.stats).toMatchObject({ good: 0, bad: 1 })
  })

  it('hold bounded memory, however long a line is', () => {
    const codec = new SpectrumJsonLines()
    for (let i = 0; i < 100; i++) codec.push(new Uint8Array(10_000).fill(0x20))
    expect(codec.push(Buffer.from('\n{"error":"x"}\n'))).toEqual([{ kind: 'failure', why: 'x' }])
    expect(codec.stats.bad).toBe(1)
  })
})
