import type { VNode } from 'preact'
import { Mark } from '../../view/parts.tsx'
import { lineOf } from '../line.ts'
import type { Tone } from '../model.ts'
import { useWords } from '../words/index.ts'

const ROW_MARKS: Record<Tone | 'ok', string> = { ok: 'r-ok', stop: 'r-stop', care: 'r-care', idle: 'r-ask' }

/** A mark of a row: each tone has its own shape. */
export function ToneMark({ tone }: { tone: Tone | 'ok' }): VNode {
  return <Mark id={ROW_MARKS[tone]} class={`t-${tone}`} />
}

/** Counts of an hour as a small line; hatched where nobody counted. */
export function Line({ values }: { values: readonly (number | null)[] }): VNode {
  const { t } = useWords()
  const { path, gaps } = lineOf(values)
  const n = values.reduce<number>((sum, value) => sum + (value ?? 0), 0)
  return (
    <>
      <svg class="line" viewBox="0 0 100 28" preserveAspectRatio="none" aria-hidden="true">
        {gaps.map(({ x, width }) => (
          <rect key={x} x={x} y="0" width={width} height="28" />
        ))}
        <path d={path} />
      </svg>
      <span class="vh">{t('line.events', { n })}</span>
    </>
  )
}
