import type { ProvenEvent } from '@tristamp/protocol'
import type { VNode } from 'preact'
import { stepOf } from '../record.ts'
import { Clock, capital } from './journey.tsx'
import { addressOf, type Naming, nameOf } from './naming.ts'
import { Head, useLanguage } from './parts.tsx'

function Place({ proven, naming }: { proven: ProvenEvent; naming: Naming }): VNode {
  const { t } = useLanguage()
  const { event, signer } = proven
  const address = addressOf(signer.station, naming)
  const steps = capital(t(`step.${stepOf(event)}`))
  return (
    <li>
      <Clock at={{ ms: Date.parse(event.eventTime), offset: event.eventTimeZoneOffset }} />
      <div>
        <h3>{nameOf(signer.station, naming)}</h3>
        <p class="where">{address === undefined ? steps : t('journey.where', { address, steps })}</p>
      </div>
    </li>
  )
}

/** Both places of one number, and how far they are apart: what the word above rests on. */
export function ElsewherePart({
  apart: [a, b],
  metres,
  naming,
}: {
  apart: readonly [ProvenEvent, ProvenEvent]
  metres: number
  naming: Naming
}): VNode {
  const { t, format } = useLanguage()
  const length = format.duration(Date.parse(b.event.eventTime) - Date.parse(a.event.eventTime))
  return (
    <section class="s" id="elsewhere">
      <Head title="elsewhere" />
      <ol class="way num">
        <Place proven={a} naming={naming} />
        <li class="leg">
          <p>{t('elsewhere.apart', { distance: format.distance(metres), length })}</p>
        </li>
        <Place proven={b} naming={naming} />
      </ol>
    </section>
  )
}
