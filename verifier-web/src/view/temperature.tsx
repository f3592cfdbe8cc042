import { kineticTemperaturesOf, type Verdict } from '@tristamp/protocol'
import type { VNode } from 'preact'
import { type Chart, chartOf, HEIGHT, spanOf, stagesOf, WIDTH } from '../chart.ts'
import type { Journey } from '../journey.ts'
import type { Limits } from '../safety.ts'
import { rangeOf, type Track } from '../temperature.ts'
import { Later } from './later.tsx'
import { type Naming, nameOf } from './naming.ts'
import { Head, useLanguage } from './parts.tsx'

function Drawing({ chart }: { chart: Chart }): VNode {
  const { limits } = chart
  return (
    <svg viewBox={`0 0 ${WIDTH} ${HEIGHT}`} preserveAspectRatio="none" aria-hidden="true">
      {limits !== undefined && (
        <>
          <rect class="within" x="0" y={limits.top} width={WIDTH} height={limits.bottom - limits.top} />
          <path class="limit" d={`M0 ${limits.top}H${WIDTH}M0 ${limits.bottom}H${WIDTH}`} />
        </>
      )}
      <path class="band" d={chart.bands} />
      <path class="band over" d={chart.bandsOutside} />
      {chart.gaps.map(({ x, width }) => (
        <g key={x}>
          <path class="blank" d={`M${x} 0h${width}v${HEIGHT}h-${width}Z`} />
          <path class="hatched" d={`M${x} 0h${width}v${HEIGHT}h-${width}Z`} />
        </g>
      ))}
      <path class="trace" d={chart.trace} />
      <path class="trace outside" d={chart.outside} />
    </svg>
  )
}

function GapFlag({ chart }: { chart: Chart }): VNode | null {
  const { t, format } = useLanguage()
  // One flag: the longest gap. Every gap is hatched, in the journey, and in the table.
  const longest = [...chart.gaps].sort((a, b) => b.ms - a.ms)[0]
  if (longest === undefined) return null
  // Beside the gap where there is room; of one as wide as the drawing, upon it.
  const end = longest.x + longest.width
  const left = end > WIDTH * 0.6 && longest.x > WIDTH * 0.35
  const at = left || end > WIDTH * 0.6 ? longest.x : end
  return (
    <p
      class={left ? 'gapflag left' : at < end ? 'gapflag upon' : 'gapflag'}
      style={{ insetInlineStart: `${(at / WIDTH) * 100}%` }}
    >
      {t('temperature.gap', { length: format.duration(longest.ms) })}
    </p>
  )
}

function Plot({ journey, track, limits }: { journey: Journey; track: Track; limits: Limits | undefined }): VNode {
  const { t, format } = useLanguage()
  const chart = chartOf(track, limits)
  const stages = stagesOf(journey, track)
  const first = journey.stops[0]?.from.offset ?? '+00:00'
  const last = journey.stops.at(-1)?.from.offset ?? '+00:00'
  const moment = (ms: number, offset: string): string => `${format.day({ ms, offset })} ${format.time({ ms, offset })}`
  return (
    <div class="plot num" aria-hidden="true">
      <div class="y">
        {chart.labels.map(({ y, milli }) => (
          <span key={milli} style={{ top: `${y}%` }}>
            {format.degrees(milli)}
          </span>
        ))}
      </div>
      <div class="area">
        <Drawing chart={chart} />
        <GapFlag chart={chart} />
      </div>
      <div class="stages">
        {stages.map(({ share, stop }, i) => (
          <span
            key={i}
            class={stop === undefined ? 'between' : journey.stops.indexOf(stop) % 2 === 0 ? 'dark' : ''}
            style={{ width: `${share * 100}%` }}
          >
            {stop !== undefined && t(`stage.${stop.stage}`)}
          </span>
        ))}
      </div>
      <div class="ends">
        <span>{moment(track.fromMs, first)}</span>
        <span>{moment(track.toMs, last)}</span>
      </div>
    </div>
  )
}

function Table({ journey, track, naming }: { journey: Journey; track: Track; naming: Naming }): VNode {
  const { t, format } = useLanguage()
  const cell = (milli: number | undefined): string =>
    milli === undefined ? t('temperature.none') : format.celsius(milli)
  return (
    <table class="num">
      <thead>
        <tr>
          <th scope="col">{t('temperature.stage')}</th>
          <th scope="col">{t('temperature.length')}</th>
          <th scope="col">{t('temperature.low')}</th>
          <th scope="col">{t('temperature.high')}</th>
        </tr>
      </thead>
      <tbody>
        {journey.stops.flatMap((stop, i) => {
          const span = spanOf(journey, i)
          const range = rangeOf(stop.readings)
          if (range === undefined) return []
          const silent = track.gaps.filter(
            (gap) =>
              gap.fromMs >= stop.from.ms && gap.fromMs < (journey.stops[i + 1]?.from.ms ?? Number.POSITIVE_INFINITY),
          )
          return [
            <tr key={stop.from.ms}>
              <th scope="row">{nameOf(stop.station, naming)}</th>
              <td>{format.duration(span.toMs - Math.max(span.fromMs, track.fromMs))}</td>
              <td>{cell(range.minMilli)}</td>
              <td>{cell(range.maxMilli)}</td>
            </tr>,
            ...silent.map((gap) => (
              <tr key={gap.fromMs}>
                <th scope="row">{t('temperature.gap-row')}</th>
                <td>{format.duration(gap.toMs - gap.fromMs)}</td>
                <td>{t('temperature.none')}</td>
                <td>{t('temperature.none')}</td>
              </tr>
            )),
          ]
        })}
      </tbody>
    </table>
  )
}

const loadIntervals = () => import('./intervals.tsx').then(({ Intervals }) => Intervals)

function hasSums({ records }: Journey): boolean {
  return records.some(({ event }) => event.sensorElementList?.some((element) => 'tristamp:summary' in element))
}

/** Of medicines: the one temperature that would have done as much as all that were measured. */
function Kinetic({ verdict }: { verdict: Verdict }): VNode {
  const { t, format } = useLanguage()
  return (
    <>
      {kineticTemperaturesOf(verdict).map(({ product, milliC, maxMilliC }) => (
        <p key={product} class={milliC > maxMilliC ? 'note num t-stop' : 'note num'}>
          {t('temperature.kinetic', { value: format.celsius(milliC), max: format.celsius(maxMilliC) })}
        </p>
      ))}
    </>
  )
}

/** 4: one axis of time for line, limits, gaps and stages; the same as a table for who cannot see a drawing. */
export function TemperaturePart({
  verdict,
  journey,
  limits,
  naming,
}: {
  verdict: Verdict
  journey: Journey
  limits: Limits | undefined
  naming: Naming
}): VNode | null {
  const { t, format } = useLanguage()
  const { track } = journey
  if (track === undefined) return null
  const outside = limits !== undefined && (track.maxMilli > limits.maxMilliC || track.minMilli < limits.minMilliC)
  return (
    <section class="s" id="temperature">
      <Head title="temperature">
        <p class={outside ? 'num t-stop' : 'num'}>
          {t('temperature.extremes', { max: format.celsius(track.maxMilli), min: format.celsius(track.minMilli) })}
        </p>
      </Head>
      <figure aria-label={t('temperature')}>
        <Plot journey={journey} track={track} limits={limits} />
        <details>
          <summary>{t('temperature.table')}</summary>
          <div class="body">
            <Table journey={journey} track={track} naming={naming} />
          </div>
        </details>
      </figure>
      {hasSums(journey) && <Later load={loadIntervals} props={{ journey }} />}
      <Kinetic verdict={verdict} />
    </section>
  )
}
