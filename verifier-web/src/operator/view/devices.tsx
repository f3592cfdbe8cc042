import type { VNode } from 'preact'
import { curveOf, HEIGHT, rowsOf, WIDTH } from '../chart.ts'
import type { ChartData, Device, GatewayState } from '../model.ts'
import { useWords } from '../words/index.ts'
import { Mark } from './parts.tsx'

const STATES = { up: ['r-ok', 'ok'], degraded: ['r-care', 'care'], down: ['r-stop', 'stop'] } as const

/** Every instrument in one row, with what it measured in the last hours. */
export function Devices({ state }: { state: GatewayState }): VNode {
  const { t } = useWords()
  const { devices, charts = [] } = state
  return (
    <section aria-labelledby="devices-h">
      <h2 id="devices-h">{t('devices')}</h2>
      {devices.length === 0 && <p class="note">{t('devices.none')}</p>}
      <ul class="devices">
        {devices.map((device) => (
          <li key={device.id} class={device.state}>
            <Row device={device} nowMs={state.atMs} />
            {device.gives === 'reading' && (
              <div class="curves">
                {charts
                  .filter((chart) => chart.device === device.id)
                  .map((chart) => (
                    <CurveFigure key={chart.type} chart={chart} />
                  ))}
              </div>
            )}
          </li>
        ))}
      </ul>
    </section>
  )
}

function Row({ device, nowMs }: { device: Device; nowMs: number }): VNode {
  const { t, time, value, quantity } = useWords()
  const { id, driver, state, heardMs, readings } = device
  const [icon, tone] = STATES[state] ?? STATES.down
  return (
    <div class="device">
      <h3 class="code">{id}</h3>
      <p class="note code">{driver}</p>
      <p class={`st t-${tone}`}>
        <Mark id={icon} />
        {t(`state.${state}`)}
      </p>
      {readings.length > 0 && (
        <p class="values num">
          {readings.map(({ type, milli, uom, flag }) => (
            <span key={type} class="value">
              <span class="vh">{quantity(type)} </span>
              {flag === undefined ? (
                <bdi>{value(milli, uom)}</bdi>
              ) : (
                <span class="t-care">{t('flagged', { why: flag })}</span>
              )}
            </span>
          ))}
        </p>
      )}
      <p class="note num">{heardMs === null ? t('never') : t('heard', { time: time(heardMs, nowMs) })}</p>
    </div>
  )
}

function CurveFigure({ chart }: { chart: ChartData }): VNode {
  const { t, minute, value, range, quantity } = useWords()
  const { device, uom, fromMs, toMs, limits, spans } = chart
  const type = quantity(chart.type)
  if (spans.length === 0) return <p class="note">{t('curve.none')}</p>
  const curve = curveOf(chart)
  const [min, max] = [Math.min(...spans.map((s) => s[2])), Math.max(...spans.map((s) => s[3]))]
  const label =
    t('curve', { device, type, from: minute(fromMs), to: minute(toMs), min: value(min, uom), max: value(max, uom) }) +
    (limits ? t('curve.limits', { low: value(limits.minMilliC, uom), high: value(limits.maxMilliC, uom) }) : '')
  return (
    <figure class="curve">
      <figcaption class="note">
        <b>{type}</b> <bdi class="num">{range(min, max, uom)}</bdi>
        {limits && (
          <span class="num">
            {' '}
            {t('limit')} <bdi>{range(limits.minMilliC, limits.maxMilliC, uom)}</bdi>
          </span>
        )}
      </figcaption>
      <svg viewBox={`0 0 ${WIDTH} ${HEIGHT}`} preserveAspectRatio="none" role="img" aria-label={label}>
        {curve.limits && (
          <rect class="band" x="0" y={curve.limits.top} width={WIDTH} height={curve.limits.bottom - curve.limits.top} />
        )}
        {curve.gaps.map(({ x, width }) => (
          <rect key={x} class="gap" x={x} y="0" width={width} height={HEIGHT} />
        ))}
        {curve.limits && <path class="limit" d={`M0 ${curve.limits.top}H${WIDTH}M0 ${curve.limits.bottom}H${WIDTH}`} />}
        <path class="spread" d={curve.spread} />
        <path class="trace" d={curve.trace} />
        <path class="outside" d={curve.outside} />
      </svg>
      <p class="axis note num" aria-hidden="true">
        <span>{minute(fromMs)}</span>
        <span>{minute(toMs)}</span>
      </p>
      <details>
        <summary>
          {t('table')}
          <span class="vh"> {`${type} ${device}`}</span>
        </summary>
        <table>
          <thead>
            <tr>
              <th scope="col">{t('table.time')}</th>
              <th scope="col">{t('table.min')}</th>
              <th scope="col">{t('table.max')}</th>
            </tr>
          </thead>
          <tbody>
            {rowsOf(chart).map(({ fromMs: start, toMs: end, range: seen }) => (
              <tr key={start}>
                <th scope="row" class="num">
                  <bdi>
                    {minute(start)}–{minute(end)}
                  </bdi>
                </th>
                {seen ? (
                  <>
                    <td class="num">
                      <bdi>{value(seen.min, uom)}</bdi>
                    </td>
                    <td class="num">
                      <bdi>{value(seen.max, uom)}</bdi>
                    </td>
                  </>
                ) : (
                  <td colSpan={2}>{t('table.gap')}</td>
                )}
              </tr>
            ))}
          </tbody>
        </table>
      </details>
    </figure>
  )
}
