/** A moment with the offset of the place where it was recorded: people read the place's clock, rules compare `ms`. */
export interface LocalTime {
  ms: number
  offset: string
}

const OFFSET = /^([+-])(\d\d):(\d\d)$/

/** Milliseconds that `offset` (`+08:00`) is ahead of UTC; an offset of another form counts as UTC. */
export function offsetMs(offset: string): number {
  const match = OFFSET.exec(offset)
  if (match === null) return 0
  const minutes = Number(match[2]) * 60 + Number(match[3])
  return (match[1] === '-' ? -minutes : minutes) * 60_000
}

/** The device's own offset at `ms`, in the same form. */
export function deviceOffset(ms: number): string {
  const minutes = -new Date(ms).getTimezoneOffset()
  const two = (n: number): string => String(Math.trunc(Math.abs(n))).padStart(2, '0')
  return `${minutes < 0 ? '-' : '+'}${two(minutes / 60)}:${two(minutes % 60)}`
}
