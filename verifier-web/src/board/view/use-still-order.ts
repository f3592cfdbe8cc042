import { useRef } from 'preact/hooks'
import { Since } from '../since.ts'
import { inOrderOf } from '../still-order.ts'

/** A pointer that lies still for so long points at nothing. */
const HELD_MS = 5_000

/** What somebody points at does not jump away: while a pointer moves over the rows they stay in their order. */
export function useStillOrder<T extends { name: string }>(
  listed: readonly T[],
): { rows: readonly T[]; moved: () => void } {
  const pointed = useRef<Since | undefined>(undefined)
  const order = useRef<string[]>([])
  const isHeld = pointed.current !== undefined && pointed.current.ms < HELD_MS
  const rows = isHeld ? inOrderOf(listed, order.current) : listed
  order.current = rows.map(({ name }) => name)
  const moved = (): void => {
    pointed.current = new Since()
  }
  return { rows, moved }
}
