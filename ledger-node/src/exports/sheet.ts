/** What stands in a cell; null is a value that the ledger has no record of, and is shown as such. */
export type CellValue = string | number | LocalTime | null

/** A moment by the clock on the wall where it was recorded: ms since 1970 in UTC, and how far local time is ahead of it. */
export interface LocalTime {
  ms: number
  offsetMs: number
}

export interface Column {
  title: string
  /** In characters. */
  width: number
}

/** One sheet of a workbook: rows have as many cells as there are columns. */
export interface Sheet {
  name: string
  columns: Column[]
  rows: CellValue[][]
  /** Lines of text and values without a head, such as a front page. */
  plain?: true
}

/** The clock on the wall at an event. */
export function localTime({
  eventTime,
  eventTimeZoneOffset,
}: {
  eventTime: string
  eventTimeZoneOffset: string
}): LocalTime {
  const [, sign, hours, minutes] = /^([+-])(\d\d):(\d\d)$/.exec(eventTimeZoneOffset) ?? []
  const offset = (Number(hours ?? 0) * 60 + Number(minutes ?? 0)) * 60_000
  return { ms: Date.parse(eventTime), offsetMs: sign === '-' ? -offset : offset }
}
