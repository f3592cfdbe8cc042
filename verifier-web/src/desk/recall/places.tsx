import type { VNode } from 'preact'
import { useState } from 'preact/hooks'
import type { Ask } from '../../own/answer.ts'
import { placeName } from '../graph/labels.ts'
import { useNames } from '../graph/names.ts'
import { Scroll } from '../graph/scroll.tsx'
import type { PlaceProgress, Progress } from './progress.ts'
import type { RecallKey, RecallWords } from './words/index.ts'

const FIRST = 20
const MORE = 100

export interface PlacesProps {
  progress: Progress
  words: RecallWords
  ask: Ask
}

const RANK = { unanswered: 0, acknowledged: 1, done: 2 } as const

/** Site by site: whoever has not answered first; what anyone may have said without a key stands apart. */
export function Places({ progress, words, ask }: PlacesProps): VNode {
  const { t, amount, pick, moment, has } = words
  const [count, setCount] = useState(FIRST)
  const { places, unsigned } = progress
  const sorted = [...places].sort((a, b) => RANK[a.state] - RANK[b.state])
  const shown = sorted.slice(0, count)
  const unnamed = [...shown.filter(({ name }) => name === undefined), ...unsigned.places.slice(0, count)]
  const nameOf = useNames(
    ask,
    unnamed.flatMap(({ place }) => place ?? []),
  )
  const nameOfRow = ({ place, name }: Pick<PlaceProgress, 'place' | 'name'>): string => {
    if (place === undefined) return t('places.way')
    return name === undefined ? placeName(place, words, nameOf) : pick(name)
  }
  const of = (milli: number, uom = progress.uom): string =>
    milli === 0 ? '0' : amount({ milli, ...(uom !== undefined && { uom }) })
  const COLUMNS = ['shipped', 'aside', 'returned', 'sold', 'unaccounted'] as const
  const cellOf = (row: PlaceProgress, column: (typeof COLUMNS)[number]): number => {
    if (column === 'returned') return row.returned + row.destroyed
    if (column === 'aside') return Math.max(row.found, row.blocked) - row.returned - row.destroyed
    return column === 'sold' ? row.sold + row.used : row[column]
  }
  return (
    <details class="rc-places">
      <summary>{t('places.title')}</summary>
      <Scroll label={t('places.signed')}>
        <table>
          <caption>{t('places.signed')}</caption>
          <thead>
            <tr>
              <th scope="col">{t('places.place')}</th>
              <th scope="col">{t('places.state')}</th>
              {COLUMNS.map((column) => (
                <th key={column} scope="col" class="n">
                  {t(column)}
                </th>
              ))}
              <th scope="col">{t('places.last')}</th>
            </tr>
          </thead>
          <tbody>
            {shown.map((row) => (
              <tr key={`${row.place} ${row.holder}`}>
                <th scope="row">{nameOfRow(row)}</th>
                <td>
                  {t(`state.${row.state}`)}
                  {row.tries > 0 && ` · ${t('places.tries', { n: row.tries })}`}
                </td>
                {COLUMNS.map((column) => (
                  <td key={column} class="n">
                    {of(Math.max(0, cellOf(row, column)))}
                  </td>
                ))}
                <td>{row.lastAt === undefined ? '' : moment(Date.parse(row.lastAt))}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </Scroll>
      {sorted.length > count && (
        <button type="button" class="btn" onClick={() => setCount(count + MORE)}>
          {t('places.more', { n: Math.min(MORE, sorted.length - count) })}
        </button>
      )}
      {unsigned.answers > 0 && (
        <>
          <p class="rc-note">{t('places.unsigned.n', { n: unsigned.answers })}</p>
          {unsigned.places.length > 0 && (
            <Scroll label={t('places.unsigned')}>
              <table>
                <caption>{t('places.unsigned')}</caption>
                <thead>
                  <tr>
                    <th scope="col">{t('places.place')}</th>
                    <th scope="col">{t('places.state')}</th>
                    <th scope="col" class="n">
                      {t('affected.amount')}
                    </th>
                    <th scope="col">{t('places.last')}</th>
                  </tr>
                </thead>
                <tbody>
                  {unsigned.places.slice(0, count).map((row) => {
                    const state = `state.${row.state}`
                    return (
                      <tr key={row.place}>
                        <th scope="row">{nameOfRow(row)}</th>
                        <td>{has(state) ? t(state as RecallKey) : row.state}</td>
                        <td class="n">{row.milli === undefined ? '' : of(row.milli, row.uom)}</td>
                        <td>{moment(Date.parse(row.lastAt))}</td>
                      </tr>
                    )
                  })}
                </tbody>
              </table>
            </Scroll>
          )}
        </>
      )}
    </details>
  )
}

const WIDTH = 300
const HEIGHT = 48

/** How answers came in: a line, and the same as a table. */
export function Timeline({ progress, words }: { progress: Progress; words: RecallWords }): VNode {
  const { t, moment, amount, number } = words
  const { timeline, uom, places } = progress
  const of = (milli: number): string => amount({ milli, ...(uom !== undefined && { uom }) })
  const most = Math.max(1, places.filter(({ place }) => place !== undefined).length)
  const [first, last] = [timeline[0], timeline.at(-1)]
  const spanMs = first === undefined || last === undefined ? 1 : Math.max(1, Date.parse(last.at) - Date.parse(first.at))
  // A step for each answer: between two of them nothing was known.
  const path = timeline
    .map(({ at, answered }, i) => {
      const x = Math.round(((Date.parse(at) - Date.parse(first!.at)) / spanMs) * WIDTH)
      const y = HEIGHT - Math.round((Math.min(answered, most) / most) * HEIGHT)
      return i === 0 ? `M0 ${HEIGHT}V${y}H${x}` : `H${x}V${y}`
    })
    .join('')
  return (
    <details class="rc-time">
      <summary>{t('timeline.title')}</summary>
      {timeline.length === 0 ? (
        <p class="rc-note">{t('timeline.none')}</p>
      ) : (
        <>
          <svg aria-hidden="true" viewBox={`-2 -2 ${WIDTH + 4} ${HEIGHT + 4}`} preserveAspectRatio="none">
            <path d={path} />
          </svg>
          <Scroll label={t('timeline.title')}>
            <table>
              <caption class="vh">{t('timeline.title')}</caption>
              <thead>
                <tr>
                  <th scope="col">{t('timeline.at')}</th>
                  <th scope="col" class="n">
                    {t('timeline.answered')}
                  </th>
                  <th scope="col" class="n">
                    {t('timeline.found')}
                  </th>
                  <th scope="col" class="n">
                    {t('sold')}
                  </th>
                </tr>
              </thead>
              <tbody>
                {timeline.slice(-50).map(({ at, answered, found, sold }) => (
                  <tr key={at}>
                    <th scope="row">{moment(Date.parse(at))}</th>
                    <td class="n">{number(answered)}</td>
                    <td class="n">{of(found)}</td>
                    <td class="n">{of(sold)}</td>
                  </tr>
                ))}
              </tbody>
            </table>
          </Scroll>
        </>
      )}
    </details>
  )
}
