import type { FrameProgress } from '@tristamp/protocol'
import type { VNode } from 'preact'

/** A cell for each frame, full when it is there, in the order of their numbers. */
export function FrameGrid({ progress: { of, missing }, label }: { progress: FrameProgress; label: string }): VNode {
  const columns = Math.max(10, Math.ceil(Math.sqrt(of * 3)))
  const rows = Math.ceil(of / columns)
  const absent = new Set(missing)
  const cells = (wanted: boolean): string =>
    Array.from({ length: of }, (_, i) => i)
      .filter((i) => absent.has(i + 1) !== wanted)
      .map((i) => `M${i % columns} ${Math.floor(i / columns)}h.84v.84h-.84z`)
      .join('')
  return (
    <svg class="grid" viewBox={`0 0 ${columns - 0.16} ${rows - 0.16}`} role="img" aria-label={label}>
      <path class="absent" d={cells(false)} />
      <path class="there" d={cells(true)} />
    </svg>
  )
}
