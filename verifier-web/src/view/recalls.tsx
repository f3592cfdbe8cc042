import { isStanding, type ProvenRecall, type Verdict } from '@tristamp/protocol'
import type { VNode } from 'preact'
import { deviceOffset } from '../local-time.ts'
import { Head, Line, Mark, ToneMark, useLanguage } from './parts.tsx'

function Recalled({ one, verdict }: { one: ProvenRecall; verdict: Verdict }): VNode {
  const { t, format, pick } = useLanguage()
  const moment = (text: string): string => {
    const ms = Date.parse(text)
    return format.moment({ ms, offset: deviceOffset(ms) })
  }
  const { recall, lifted, corrected } = one
  const name = verdict.names.organisations.get(recall.org)?.name
  const who = name === undefined ? recall.org : pick(name)
  const title = recall.drill ? 'recalls.drill' : lifted === undefined ? 'recalls.standing' : 'recalls.lifted'
  const ended = lifted === undefined ? '' : moment(lifted.at)
  return (
    <li class={recall.drill ? 'drill' : undefined}>
      {isStanding(one) ? <Mark id="i-recall" class="t-stop" /> : <ToneMark tone={recall.drill ? 'care' : 'idle'} />}
      <div>
        <h3>{t(title, { class: recall.class, at: ended })}</h3>
        <p>
          {t('recalls.by', { who, at: moment(one.since) })}
          {corrected !== undefined && <small> {t('recalls.corrected', { at: moment(corrected) })}</small>}
        </p>
        {recall.drill && <p class="note">{t('recalls.drill.note')}</p>}
        <dl>
          {lifted !== undefined && <Line label="recalls.ended" text={lifted.reason} />}
          <Line label="recalls.reason" text={pick(recall.reason)} />
          <Line label="recalls.hazard" text={pick(recall.hazard)} />
          <Line label="recalls.consumer" text={pick(recall.consumer)} />
          <Line label="recalls.holder" text={pick(recall.holder)} />
          {recall.contact !== undefined && <Line label="recalls.contact" text={recall.contact} />}
          <Line label="recalls.about" text={one.about.replace('https://id.gs1.org/', '')} />
        </dl>
        <p class="links">
          <a href={`/notice?recall=${recall.id}`}>{t('recalls.open')}</a>
        </p>
      </div>
    </li>
  )
}

/** Every recall of these goods in full, drills and lifted ones too, and how often scanners refused them. */
export function RecallsPart({ verdict }: { verdict: Verdict }): VNode | null {
  const { t } = useLanguage()
  const { recalls, reports } = verdict
  if (recalls.length === 0) return null
  const blocked = reports.filter(({ event }) => event.report.kind === 'blocked').length
  return (
    <section class="s recalls" id="recalls">
      <Head title="recalls" />
      <ul>
        {recalls.map((one) => (
          <Recalled key={one.recall.id} one={one} verdict={verdict} />
        ))}
      </ul>
      {blocked > 0 && <p class="note">{t('recalls.blocked', { n: blocked })}</p>}
    </section>
  )
}
