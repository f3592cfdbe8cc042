import type { EventBrief } from '@tristamp/protocol'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type Finding, isSound } from './examine.ts'
import { memoriesOf, packFindings, unpackFindings } from './findings.ts'

const bytes = (length: number): fc.Arbitrary<Uint8Array> => fc.uint8Array({ minLength: length, maxLength: length })
const brief: fc.Arbitrary<EventBrief> = fc.constantFrom(
  { type: 'ObjectEvent', action: 'ADD', bizStep: 'commissioning' },
  { type: 'ObjectEvent', action: 'ADD', bizStep: undefined },
  { type: 'TransformationEvent', action: undefined, bizStep: 'commissioning' },
  { type: 'TristampReport', report: { kind: 'gap', from: 1, to: 2, reason: 'disk' } },
  { type: 'TristampReport', report: { kind: 'gap', from: 3, to: 4, reason: 'disk' } },
)
const finding: fc.Arbitrary<Finding> = fc
  .array(fc.tuple(fc.nat(4), brief), { minLength: 1, maxLength: 6 })
  .chain((events) => {
    const subjects = events.reduce((sum, [count]) => sum + count, 0)
    return fc.record({
      end: bytes(64),
      signedBy: bytes(32),
      contents: fc.record({
        leaves: bytes(32 * events.length),
        ids: bytes(16 * events.length),
        counts: fc.constant(Uint16Array.from(events, ([count]) => count)),
        subjects: bytes(32 * subjects),
      }),
      briefs: fc.constant(events.map(([, each]) => each)),
    })
  })
const findings = fc.array(fc.option(finding, { nil: undefined }), { maxLength: 4 })

test('what a thread found arrives as it was, in memories that are passed on', () => {
  fc.assert(
    fc.property(findings, (found) => {
      const packed = packFindings(found)
      const arrived = structuredClone(packed, { transfer: memoriesOf(packed) })
      expect(packed.bytes.length).toBe(0)
      expect(unpackFindings(arrived)).toEqual(found)
    }),
  )
})

test('what was cut short is not taken for a finding', () => {
  fc.assert(
    fc.property(finding, fc.nat(), (one, cut) => {
      const packed = packFindings([one])
      const short = packed.bytes.subarray(0, cut % packed.bytes.length)
      const [arrived] = unpackFindings({ ...packed, bytes: short })
      expect(isSound(arrived, one.end, one.briefs.length)).toBe(false)
    }),
  )
})
