import type { VNode } from 'preact'
import { useState } from 'preact/hooks'
import { Mark } from '../../view/parts.tsx'
import type { Carrier } from '../carrier.ts'
import type { Answer } from '../deliver.ts'
import type { CarriedParcel } from '../parcel.ts'
import { isKey, type Key, useWords, type Words } from '../words/index.ts'

const MARKS: Record<CarriedParcel['state'], [id: string, tone: string]> = {
  waiting: ['r-ask', 'idle'],
  done: ['r-ok', 'ok'],
  refused: ['r-stop', 'stop'],
}

/** What is on this phone, and what the ledger said of it. */
export function Parcels({ carrier }: { carrier: Carrier }): VNode {
  const { t } = useWords()
  const { parcels, waiting, delivering } = carrier
  return (
    <section class="parcels" aria-labelledby="parcels-h">
      <h2 id="parcels-h">{t('parcels')}</h2>
      <p class="sum" role="status">
        {waiting.length > 0
          ? t('parcels.waiting', { n: waiting.length })
          : parcels.length === 0
            ? t('parcels.none')
            : parcels.every(({ state }) => state === 'done') && t('parcels.done')}
      </p>
      {!carrier.lasting && <p class="wrong">{t('parcels.lost')}</p>}
      {waiting.length > 0 && (
        <p class="act">
          <button type="button" class="btn solid" disabled={delivering} onClick={() => void carrier.handOver()}>
            {t(delivering ? 'hand.busy' : 'hand.over')}
          </button>
          <span class="note host">{t('to', { host: location.host })}</span>
        </p>
      )}
      <ul class="list">
        {parcels.map((parcel) => (
          <Parcel key={parcel.id} parcel={parcel} carrier={carrier} />
        ))}
      </ul>
    </section>
  )
}

function Parcel({ parcel, carrier }: { parcel: CarriedParcel; carrier: Carrier }): VNode {
  const words = useWords()
  const { t, size, moment } = words
  const [asking, setAsking] = useState(false)
  const { id, kid, gateway, from, to, state, answer, answeredMs } = parcel
  const [mark, tone] = MARKS[state]
  const name = gateway?.replace(/^https:\/\/id\.gs1\.org\//, '') ?? t('parcel.unknown', { kid: kid.slice(0, 12) })
  return (
    <li data-state={state}>
      <p class="state">
        <Mark id={mark} class={`t-${tone}`} /> <strong>{t(`state.${state}`)}</strong>
      </p>
      <p class="of">
        <span class="code">{name}</span>
        <span class="num">{t(to - from > 1 ? 'parcel.batches' : 'parcel.batch', { from, to: to - 1 })}</span>
      </p>
      <p class="note num">{t('parcel.size', { size: size(parcel.size), at: moment(parcel.atMs) })}</p>
      {answer !== undefined && (
        <p class="answer">
          {answeredMs !== undefined && `${t('parcel.said', { at: moment(answeredMs) })} `}
          {answerText(answer, words)} {codeOf(answer) !== undefined && <span class="code">{codeOf(answer)}</span>}
        </p>
      )}
      {state !== 'done' &&
        (asking ? (
          <div class="sure">
            <p>{t('remove.sure')}</p>
            <p class="act">
              <button type="button" class="btn" onClick={() => void carrier.remove(id)}>
                {t('remove.yes')}
              </button>
              <button type="button" class="btn" onClick={() => setAsking(false)}>
                {t('remove.no')}
              </button>
            </p>
          </div>
        ) : (
          <p class="links">
            {state === 'refused' && (
              <button type="button" disabled={carrier.delivering} onClick={() => void carrier.handOver([id])}>
                {t('again')}
              </button>
            )}
            <button type="button" onClick={() => setAsking(true)}>
              {t('remove')}
            </button>
          </p>
        ))}
    </li>
  )
}

function codeOf(answer: Answer): string | undefined {
  if (answer.kind === 'refused') return answer.code
  return answer.kind === 'taken' ? answer.refused?.code : undefined
}

/** In the reader's language, made from the codes: the ledger's own sentences are for logs. */
function answerText(answer: Answer, { t }: Words): string {
  switch (answer.kind) {
    case 'away':
    case 'busy':
    case 'strange':
      return t(`answer.${answer.kind}`)
    case 'refused':
      return t(reasonOf(answer.code))
    case 'taken': {
      const { recorded, repeated, refused } = answer
      return [
        (recorded > 0 || repeated === 0) && t('answer.recorded', { n: recorded }),
        repeated > 0 && t('answer.repeated', { n: repeated }),
        refused !== undefined && `${t('answer.batch', { seq: refused.seq })} ${t(reasonOf(refused.code))}`,
      ]
        .filter((part) => part !== false)
        .join(' ')
    }
  }
}

function reasonOf(code: string): Key {
  const [family = ''] = code.split('_')
  for (const key of [`code.${code}`, `code.${family}`]) if (isKey(key)) return key
  return 'code.other'
}
