import type { VNode } from 'preact'
import type { Gateway, State } from '../model.ts'
import { doubt, gatewayState, long } from '../say.ts'
import { useWords } from '../words/index.ts'
import { Line, ToneMark } from './parts.tsx'
import { useStillOrder } from './use-still-order.ts'

const WASH = { stop: 'down', care: 'care', ok: '', idle: '' } as const

/** Every gateway in one row; on a phone, in a few lines. */
export function Gateways({ state, agoMs }: { state: State; agoMs: (ms: number) => number }): VNode {
  const { t } = useWords()
  const { total, listed } = state.gateways
  const { rows, moved } = useStillOrder(listed)
  if (total === 0)
    return (
      <section class="gateways">
        <h2>{t('gateways')}</h2>
        <p class="mute">{t('gateways.none')}</p>
      </section>
    )
  const leads = state.role === 'leader'
  return (
    <section class="gateways">
      <table>
        <caption class="vh">{t('gateways')}</caption>
        <thead>
          <tr>
            <th scope="col">{t('col.gateway')}</th>
            <th scope="col">{t('col.state')}</th>
            <th scope="col">{t('col.last')}</th>
            {leads && (
              <>
                <th scope="col" class="n">
                  {t('col.outbox')}
                </th>
                <th scope="col" class="n">
                  {t('col.clock')}
                </th>
                <th scope="col">{t('col.alarms')}</th>
                <th scope="col" class="hour">
                  {t('col.hour')}
                </th>
              </>
            )}
          </tr>
        </thead>
        <tbody onPointerMove={moved}>
          {rows.map((one) => (
            <Row key={one.name} gateway={one} agoMs={agoMs} leads={leads} />
          ))}
        </tbody>
      </table>
      {total > listed.length && <p class="note">{t('gateways.more', { n: total - listed.length })}</p>}
    </section>
  )
}

function Row({ gateway, agoMs, leads }: { gateway: Gateway; agoMs: (ms: number) => number; leads: boolean }): VNode {
  const words = useWords()
  const { t, pick, format } = words
  const { name, place, lastBatchAtMs, outbox, alarms, minutes } = gateway
  const { tone, text } = gatewayState(gateway, agoMs, words)
  return (
    <tr class={WASH[tone]}>
      <th scope="row">
        {place === undefined ? name : pick(place)}
        {place !== undefined && <small>{name}</small>}
      </th>
      <td class={`st t-${tone}`}>
        <span>
          <ToneMark tone={tone} />
          {text}
        </span>
      </td>
      <td data-label={t('col.last')}>
        {lastBatchAtMs === null ? t('dash') : t('ago', { ago: long(agoMs(lastBatchAtMs), words) })}
      </td>
      {leads && (
        <>
          <td class="n" data-label={t('col.outbox')}>
            {outbox === null ? t('dash') : format.number(outbox)}
          </td>
          <td class="n" data-label={t('col.clock')}>
            <bdi>{doubt(gateway, words)}</bdi>
          </td>
          <td class="alarms" data-label={t('col.alarms')}>
            {alarms.length === 0 ? t('dash') : alarms.map(alarm).join(t('list'))}
          </td>
          <td class="hour" data-label={t('col.hour')}>
            {minutes === null ? t('dash') : <Line values={minutes} />}
          </td>
        </>
      )}
    </tr>
  )
}

function alarm({ device, code }: Gateway['alarms'][number]): string {
  return code === null ? device : `${device} ${code}`
}
