import type { VNode } from 'preact'
import { amountText } from '../amount.ts'
import type { EventRow } from '../rows.ts'
import { COLUMNS, type Column, type Order, type Spelled } from '../table.ts'
import { useWords, type Words } from '../words/index.ts'
import { Minis } from './minis.tsx'
import { By } from './parts.tsx'

const NUMERIC: ReadonlySet<Column> = new Set(['quantity', 'temperature', 'entry'])

function timeText({ format }: Words, { at }: EventRow): string {
  return format.stamp(at).slice(5, 16)
}

function Row({ row, spell }: { row: EventRow; spell: (row: EventRow) => Spelled }): VNode {
  const words = useWords()
  const { place, event } = spell(row)
  const { minMilli, maxMilli, amount, source, entry, eventID, org, gateway } = row
  const isEvent = row.kind === 'event'
  return (
    <tr class={row.kind}>
      <th scope="row">
        <time dir="ltr" dateTime={new Date(row.at.ms).toISOString()} title={words.format.stamp(row.at)}>
          {timeText(words, row)}
        </time>
      </th>
      <td>{place}</td>
      <td>{event}</td>
      <td class="n">{amount !== undefined && amountText(amount, words)}</td>
      <td class="n">{minMilli !== undefined && maxMilli !== undefined && words.format.range(minMilli, maxMilli)}</td>
      <td>
        {source !== undefined && <By device={source === 'device'} />}
        {org !== undefined && <small class="note code">{gateway === undefined ? org : `${org}/${gateway}`}</small>}
      </td>
      <td>{isEvent && <Minis stamps={row.stamps} />}</td>
      <td class="n code">
        {entry !== undefined && eventID !== undefined && (
          <a
            href={`/v1/events/${encodeURIComponent(eventID)}`}
            target="_blank"
            rel="noreferrer"
            aria-label={words.format.list([`${words.t('events.entry')} ${entry}`, words.t('events.report')])}
          >
            {words.format.number(entry)}
          </a>
        )}
      </td>
    </tr>
  )
}

export interface EventTableProps {
  name: string
  rows: readonly EventRow[]
  order: Order
  onOrder: (order: Order) => void
  spell: (row: EventRow) => Spelled
}

/** The table itself: a press on a head sorts by it, another the other way. */
export function EventTable({ name, rows, order, onOrder, spell }: EventTableProps): VNode {
  const { t } = useWords()
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by the keyboard
    <section class="scroll" tabIndex={0} aria-label={t('events.title')}>
      <table>
        <caption class="vh">
          {t('events.caption', { subject: name })};{' '}
          {t('events.sorted', {
            column: t(`events.${order.column}`),
            order: t(order.down ? 'events.descending' : 'events.ascending'),
          })}
        </caption>
        <thead>
          <tr>
            {COLUMNS.map((column) => (
              <th
                key={column}
                scope="col"
                class={NUMERIC.has(column) ? 'n' : undefined}
                aria-sort={order.column !== column ? undefined : order.down ? 'descending' : 'ascending'}
              >
                <button
                  type="button"
                  class="sort"
                  onClick={() => onOrder({ column, down: order.column === column && !order.down })}
                >
                  {t(`events.${column}`)}
                  <span aria-hidden="true">{order.column !== column ? '' : order.down ? ' ↓' : ' ↑'}</span>
                </button>
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <Row key={row.key} row={row} spell={spell} />
          ))}
        </tbody>
      </table>
    </section>
  )
}
