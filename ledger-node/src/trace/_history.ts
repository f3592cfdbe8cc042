import type { EpcisEvent } from '@tristamp/protocol'
import fc from 'fast-check'
import type { Told } from './_trace.ts'

// Random histories of a few lots and boxes, for tests against a plain model and of snapshots.

const T0 = Date.parse('2026-01-01T00:00:00.000Z')
export const lot = (n: number): string => `https://id.gs1.org/01/09506000134352/10/L${n}`
export const box = (n: number): string => `https://id.gs1.org/00/3950600000000000${['16', '23', '30'][n]}`
export const place = (n: number): string => `https://id.gs1.org/414/950600013430${n}`

let number = 0
/** An event so many minutes after the beginning. */
export function event(at: number, more: object): EpcisEvent {
  const eventID = `urn:uuid:00000000-0000-4000-8000-${String(number++).padStart(12, '0')}`
  const eventTime = new Date(T0 + at * 60_000).toISOString()
  return { eventID, eventTime, eventTimeZoneOffset: '+00:00', ...more } as EpcisEvent
}

export const transformed = (at: number, inputs: number[], outputs: number[], id?: string): EpcisEvent =>
  event(at, {
    type: 'TransformationEvent',
    inputEPCList: inputs.map(lot),
    outputEPCList: outputs.map(lot),
    ...(id !== undefined && { transformationID: `urn:x:${id}` }),
  })
export const packed = (at: number, action: 'ADD' | 'DELETE', parent: number, children: number[]): EpcisEvent =>
  event(at, {
    type: 'AggregationEvent',
    action,
    parentID: box(parent),
    childEPCs: children.map(lot),
    bizLocation: { id: place(1) },
  })
export const measured = (at: number, parent: number, celsius: number): EpcisEvent =>
  event(at, {
    type: 'ObjectEvent',
    action: 'OBSERVE',
    epcList: [box(parent)],
    sensorElementList: [{ sensorReport: [{ type: 'Temperature', value: celsius, uom: 'CEL' }] }],
  })
export const declared = (wrong: EpcisEvent): EpcisEvent => ({
  ...wrong,
  errorDeclaration: { declarationTime: '2026-02-01T00:00:00.000Z', reason: 'did_not_occur' },
})

export const LOTS = 8
const some = fc.uniqueArray(fc.nat(LOTS - 1), { minLength: 1, maxLength: 3 })
const act = fc.oneof(
  fc.record({
    do: fc.constant('transform' as const),
    inputs: some,
    outputs: some,
    id: fc.option(fc.constantFrom('a', 'b'), { nil: undefined }),
    org: fc.constantFrom('one', 'two'),
  }),
  fc.record({
    do: fc.constantFrom('ADD' as const, 'DELETE' as const),
    box: fc.nat(2),
    lots: fc.uniqueArray(fc.nat(LOTS - 1), { maxLength: 3 }),
  }),
  fc.record({ do: fc.constant('measure' as const), box: fc.nat(2), celsius: fc.nat(12) }),
  fc.record({ do: fc.constant('declare' as const), which: fc.nat(20), org: fc.constantFrom('one', 'two') }),
)
type Act = typeof act extends fc.Arbitrary<infer A> ? A : never
export const history: fc.Arbitrary<[Act, number][]> = fc.array(fc.tuple(act, fc.nat(30)), { maxLength: 25 })

/** A random history as events, and which of them stand by the rule: the earliest of the same gateway and content is taken back, once. */
export function told(acts: [Act, number][]): { all: Told[]; standing: Told[] } {
  const all: Told[] = []
  for (const [one, at] of acts) {
    if (one.do === 'transform') all.push({ event: transformed(at, one.inputs, one.outputs, one.id), org: one.org })
    else if (one.do === 'measure') all.push({ event: measured(at, one.box, one.celsius), org: 'one' })
    else if (one.do === 'declare') {
      const wrong = all.filter(({ event }) => event.errorDeclaration === undefined)[one.which]
      if (wrong !== undefined) all.push({ event: declared(wrong.event), org: one.org })
    } else if (one.do === 'DELETE' || one.lots.length > 0)
      all.push({ event: packed(at, one.do, one.box, one.lots), org: 'one' })
  }
  const back = new Set(
    all.flatMap(({ event, org }) =>
      event.errorDeclaration === undefined
        ? []
        : all.filter(
            (one) => one.org === org && one.event.eventID === event.eventID && one.event.errorDeclaration === undefined,
          ),
    ),
  )
  return { all, standing: all.filter((one) => one.event.errorDeclaration === undefined && !back.has(one)) }
}
