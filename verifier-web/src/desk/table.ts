// The event table without a page: which rows, in which order.
import { offsetMs } from '../local-time.ts'
import type { EventRow } from './rows.ts'

export const COLUMNS = ['time', 'place', 'event', 'quantity', 'temperature', 'source', 'stamps', 'entry'] as const
export type Column = (typeof COLUMNS)[number]

export interface Order {
  column: Column
  down: boolean
}

export interface Filter {
  text: string
  place: string
  step: string
  source: '' | 'device' | 'operator' | 'unchecked'
  /** Days, YYYY-MM-DD by the clock of the place; empty for none. */
  from: string
  to: string
  /** Keys of rows: those that a finding rests on. */
  only: ReadonlySet<string> | undefined
}

export const NO_FILTER: Filter = { text: '', place: '', step: '', source: '', from: '', to: '', only: undefined }

/** How a row is called by people, in the language that is read. */
export interface Spelled {
  place: string
  event: string
}

const dayOf = ({ at }: EventRow): string => new Date(at.ms + offsetMs(at.offset)).toISOString().slice(0, 10)

/** Rows that the filter leaves. A gap is no record of a source, and stays while its time and place do. */
export function filtered(rows: readonly EventRow[], filter: Filter, spell: (row: EventRow) => Spelled): EventRow[] {
  const words = filter.text.normalize('NFKC').toLowerCase().split(/\s+/).filter(Boolean)
  return rows.filter((row) => {
    if (filter.only !== undefined && !filter.only.has(row.key)) return false
    if (filter.place !== '' && row.place !== filter.place) return false
    if (filter.step !== '' && (row.kind !== 'event' || row.step !== filter.step)) return false
    if (filter.source !== '' && (row.kind !== 'event' || (row.source ?? 'unchecked') !== filter.source)) return false
    const day = dayOf(row)
    if ((filter.from !== '' && day < filter.from) || (filter.to !== '' && day > filter.to)) return false
    if (words.length === 0) return true
    const { place, event } = spell(row)
    const all = [place, event, row.place, row.org, row.gateway, row.eventID, row.entry, ...row.goods]
    const text = all.join(' ').normalize('NFKC').toLowerCase()
    return words.every((word) => text.includes(word))
  })
}

/** In an order; equal ones by time, then by entry. What has no value stands last, whichever way. */
export function ordered(
  rows: readonly EventRow[],
  { column, down }: Order,
  spell: (row: EventRow) => Spelled,
): EventRow[] {
  const values = new Map(rows.map((row) => [row, sortValue(row, column, spell)]))
  const compare = new Intl.Collator(undefined, { numeric: true }).compare
  const sign = down ? -1 : 1
  return [...rows].sort((a, b) => {
    const [x, y] = [values.get(a), values.get(b)]
    if (x !== y) {
      if (x === undefined) return 1
      if (y === undefined) return -1
      const order = typeof x === 'number' && typeof y === 'number' ? x - y : compare(String(x), String(y))
      if (order !== 0) return sign * order
    }
    return a.at.ms - b.at.ms || (a.entry ?? 0) - (b.entry ?? 0) || (a.key < b.key ? -1 : 1)
  })
}

const STATES = { broken: 0, unchecked: 1, checked: 2 } as const

function sortValue(row: EventRow, column: Column, spell: (row: EventRow) => Spelled): string | number | undefined {
  switch (column) {
    case 'time':
      return row.at.ms
    case 'place':
      return row.place === undefined ? undefined : spell(row).place
    case 'event':
      return spell(row).event
    case 'quantity':
      return row.amount?.milli
    case 'temperature':
      return row.maxMilli
    case 'source':
      return row.source
    case 'stamps':
      return row.stamps && Object.values(row.stamps).reduce((sum, state) => sum + STATES[state], 0)
    case 'entry':
      return row.entry
  }
}
