import type { VNode } from 'preact'
import type { GatewayState } from '../model.ts'
import { type Key, useWords } from '../words/index.ts'

/** Is it sent, is the clock right, where are we. */
export function Figures({ state }: { state: GatewayState }): VNode {
  const { t, number, age, doubt, time } = useWords()
  const { queue, lastAck, clock, place, atMs } = state
  const source = ['gnss', 'ntp', 'rtc', 'none'].includes(clock.source)
    ? t(`clock.${clock.source}` as Key)
    : clock.source
  const where = ['gnss', 'site', 'none'].includes(place.source) ? t(`place.${place.source}` as Key) : place.source
  return (
    <section aria-labelledby="queue-h">
      <h2 id="queue-h" class="vh">
        {t('queue')}
      </h2>
      <dl class="figs">
        <div>
          <dt>{t('unsigned')}</dt>
          <dd>
            {number(queue.unsigned)} <small>{t('unsigned.unit')}</small>
          </dd>
        </div>
        <div>
          <dt>{t('unacked')}</dt>
          <dd>
            {number(queue.unacked)}{' '}
            <small>
              {t('unacked.unit')}
              {queue.oldestMs !== null && `, ${t('oldest', { age: age(atMs - queue.oldestMs) })}`}
            </small>
          </dd>
        </div>
        <div>
          <dt>{t('lastAck')}</dt>
          <dd>
            <bdi>{lastAck ? time(lastAck.atMs, atMs) : '—'}</bdi>{' '}
            <small>{lastAck ? t('lastAck.entry', { n: lastAck.entry }) : t('lastAck.none')}</small>
          </dd>
        </div>
        <div>
          <dt>{t('clock')}</dt>
          <dd class={clock.doubtful ? 't-care' : undefined}>
            <bdi>{clock.source === 'none' ? '—' : doubt(clock.uncertaintyMs)}</bdi>{' '}
            <small>
              {source}
              {clock.doubtful && `, ${t('clock.doubtful')}`}
            </small>
          </dd>
        </div>
        <div>
          <dt>{t('place')}</dt>
          <dd class={place.source === 'none' ? 't-care' : undefined}>
            <bdi>{place.accuracyM === undefined ? '—' : t('accuracy', { n: place.accuracyM })}</bdi>{' '}
            <small>
              {where}
              {place.satellites !== undefined && `, ${t('satellites', { n: place.satellites })}`}
            </small>
          </dd>
        </div>
      </dl>
    </section>
  )
}
