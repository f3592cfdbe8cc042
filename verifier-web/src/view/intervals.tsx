import type { VNode } from 'preact'
import { intervalsOf, outsideOf } from '../intervals.ts'
import type { Journey } from '../journey.ts'
import { useLanguage } from './parts.tsx'

/** How long it was outside the limits, as the gateways counted, and each interval of measuring in a table. */
export function Intervals({ journey }: { journey: Journey }): VNode | null {
  const { t, format } = useLanguage()
  const intervals = intervalsOf(journey)
  if (intervals.length === 0) return null
  const outside = outsideOf(intervals)
  const cell = (milli: number | undefined): string =>
    milli === undefined ? t('temperature.none') : format.celsius(milli)
  const moment = (ms: number, offset: string): string => `${format.day({ ms, offset })} ${format.time({ ms, offset })}`
  const length = (ms: number | undefined): string =>
    ms === undefined ? '–' : ms === 0 ? t('temperature.none') : format.duration(ms)
  const broken = outside !== undefined && outside.aboveMs + outside.belowMs > 0
  return (
    <>
      {outside !== undefined && (
        <p class={broken ? 'note num t-stop' : 'note num'}>
          {broken
            ? t('intervals.outside', { above: length(outside.aboveMs), below: length(outside.belowMs) })
            : t('intervals.inside')}
        </p>
      )}
      <details id="intervals">
        <summary>{t('intervals.title', { n: intervals.length })}</summary>
        <div class="body wide">
          <table class="num">
            <thead>
              <tr>
                <th scope="col">{t('intervals.time')}</th>
                <th scope="col">{t('temperature.low')}</th>
                <th scope="col">{t('intervals.mean')}</th>
                <th scope="col">{t('temperature.high')}</th>
                <th scope="col">{t('intervals.above')}</th>
                <th scope="col">{t('intervals.below')}</th>
                <th scope="col">{t('intervals.used')}</th>
              </tr>
            </thead>
            <tbody>
              {intervals.map((one) => (
                <tr key={`${one.number} ${one.fromMs} ${one.toMs}`}>
                  <th scope="row">
                    {moment(one.fromMs, one.offset)} – {format.time({ ms: one.toMs, offset: one.offset })}
                  </th>
                  <td>{cell(one.minMilli)}</td>
                  <td>{cell(one.meanMilli)}</td>
                  <td>{cell(one.maxMilli)}</td>
                  <td>{length(one.aboveMs)}</td>
                  <td>{length(one.belowMs)}</td>
                  <td>
                    {format.number(one.used)} / {format.number(one.used + one.unused)}
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      </details>
    </>
  )
}
