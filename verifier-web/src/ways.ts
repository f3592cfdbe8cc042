import { type EvidenceId, evidenceIdOf } from '@tristamp/protocol'
import type { Journey } from './journey.ts'
import type { LocalTime } from './local-time.ts'

/** A way that a record of the journey names. */
export interface NamedWay {
  /** Of the record, as the page counts them. */
  number: number
  station: string
  offset: LocalTime['offset']
  id: EvidenceId
}

/** The way of each stop that moved: the last record's, which reaches from where the goods came in to that record. */
export function waysOf({ stops }: Journey): NamedWay[] {
  return stops.flatMap(({ records, station }) => {
    const named = records.flatMap(({ event, number, at }) => {
      const { route } = (event['tristamp:geo'] ?? {}) as { route?: string }
      const id = route === undefined ? undefined : evidenceIdOf(route)
      return id === undefined ? [] : [{ number, station, offset: at.offset, id }]
    })
    return named.slice(-1)
  })
}
