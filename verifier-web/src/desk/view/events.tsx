import type { VNode } from 'preact'
import { useEffect, useMemo, useState } from 'preact/hooks'
import type { EventRow } from '../rows.ts'
import { type Filter, filtered, NO_FILTER, type Order, ordered, type Spelled } from '../table.ts'
import { useWords } from '../words/index.ts'
import { EventTable } from './event-table.tsx'
import { FilterBar } from './filter-bar.tsx'
import type { SubjectState } from './use-subject.ts'

/** More rows are on the next page. */
const PAGE = 100

export interface EventsProps {
  /** What the events are about, in short. */
  name: string
  rows: readonly EventRow[]
  filter: Filter
  onFilter: (filter: Filter) => void
  placeName: (uri: string | undefined) => string
  progress: Pick<SubjectState, 'done' | 'asked' | 'of' | 'more'>
  /** The trace is longer than what was read: so many nodes were. */
  cut: number | undefined
}

/** All events, in any order, any part of them. */
export function Events({ name, rows, filter, onFilter, placeName, progress, cut }: EventsProps): VNode {
  const words = useWords()
  const { t, format } = words
  const [order, setOrder] = useState<Order>({ column: 'time', down: false })
  const [page, setPage] = useState(0)
  const spell = (row: EventRow): Spelled => ({
    place: placeName(row.place),
    event:
      row.kind === 'gap'
        ? t('events.gap', { length: format.duration(row.lengthMs ?? 0) })
        : row.kind === 'taken-back'
          ? t('events.taken-back', { step: t(`step.${row.step}`) })
          : t(`step.${row.step}`),
  })
  const shown = useMemo(
    () => ordered(filtered(rows, filter, spell), order, spell),
    [rows, filter, order, words, placeName],
  )
  useEffect(() => setPage(0), [filter, order])
  const pages = Math.max(1, Math.ceil(shown.length / PAGE))
  const at = Math.min(page, pages - 1)
  const visible = shown.slice(at * PAGE, (at + 1) * PAGE)
  const unchecked = rows.filter(({ kind, stamps }) => kind === 'event' && stamps === undefined).length
  const { done, asked, of, more } = progress
  return (
    <section class="events">
      <div class="sh">
        <h2 id="events" tabIndex={-1}>
          {t('events.title')}
        </h2>
        <span class="note" role="status">
          {shown.length < rows.length
            ? t('events.filtered', { n: rows.length, m: shown.length })
            : pages > 1
              ? t('events.sum', { from: at * PAGE + 1, to: at * PAGE + visible.length, n: shown.length })
              : t('events.sum.all', { n: shown.length })}
        </span>
      </div>
      <FilterBar rows={rows} filter={filter} onFilter={onFilter} placeName={placeName} />
      {shown.length === 0 ? (
        <p class="mute">
          {t('events.none')}{' '}
          <button type="button" class="link" onClick={() => onFilter(NO_FILTER)}>
            {t('events.clear')}
          </button>
        </p>
      ) : (
        <EventTable name={name} rows={visible} order={order} onOrder={setOrder} spell={spell} />
      )}
      {pages > 1 && (
        <nav class="tools pages" aria-label={t('events.title')}>
          <button type="button" class="btn" disabled={at === 0} onClick={() => setPage(at - 1)}>
            {t('events.previous')}
          </button>
          <span class="note">{t('events.page', { page: at + 1, pages })}</span>
          <button type="button" class="btn" disabled={at === pages - 1} onClick={() => setPage(at + 1)}>
            {t('events.next')}
          </button>
        </nav>
      )}
      {done < asked && <p class="note">{t('events.checking', { done, of: asked })}</p>}
      {unchecked > 0 && <p class="note">{t('events.rest', { n: unchecked })}</p>}
      {cut !== undefined && <p class="note">{t('events.part', { n: cut })}</p>}
      {done >= asked && asked < of && (
        <p class="tools">
          <button type="button" class="btn" onClick={more}>
            {t('events.check', { n: of - asked })}
          </button>
        </p>
      )}
    </section>
  )
}
