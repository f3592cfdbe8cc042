// What a stop says about the goods: what was made there, read or stated, and measured. Pure.
import { goodsOf, inputsOf, outputsOf } from './record.ts'
import type { Stop } from './stop.ts'
import { rangeOf } from './temperature.ts'

/** Something a stop says about the goods; `device` is measured by an instrument, otherwise stated by a person. */
export type Evidence =
  | { kind: 'temperature'; device: boolean; minMilli: number; maxMilli: number }
  | { kind: 'humidity'; device: boolean; min: number; max: number }
  | { kind: 'made'; device: boolean; inputs: number; outputs: number }
  | { kind: 'identity'; device: boolean; count: number }
  | { kind: 'thermometer-silent'; device: boolean }

/** What the records of a stop say about the goods, and what was measured. */
export function evidenceOf({ records, measured }: Stop): Evidence[] {
  const evidence: Evidence[] = []
  for (const { event } of records) {
    const inputs = inputsOf(event).length
    if (event.type === 'TransformationEvent') {
      evidence.push({
        kind: 'made',
        device: event['tristamp:origin'] === 'device',
        inputs,
        outputs: outputsOf(event).length,
      })
    }
  }
  for (const origin of ['device', 'operator'] as const) {
    const count = records.filter(({ event }) => event['tristamp:origin'] === origin && goodsOf(event).length > 0).length
    if (count > 0) evidence.push({ kind: 'identity', device: origin === 'device', count })
  }
  const range = rangeOf(measured)
  if (range !== undefined) evidence.push({ kind: 'temperature', device: true, ...range })
  const reports = records.flatMap(({ event }) =>
    (event.sensorElementList ?? []).flatMap((element) => element.sensorReport),
  )
  const humid = reports.filter((report) => report.type === 'RelativeHumidity')
  const least = humid.map((r) => r.minValue ?? r.value).filter((v) => v !== undefined)
  const most = humid.map((r) => r.maxValue ?? r.value).filter((v) => v !== undefined)
  if (least.length > 0 && most.length > 0) {
    evidence.push({ kind: 'humidity', device: true, min: Math.min(...least), max: Math.max(...most) })
  }
  if (reports.some((r) => r.type === 'Temperature' && r.exception === 'ERROR_CONDITION'))
    evidence.push({ kind: 'thermometer-silent', device: true })
  return evidence
}
