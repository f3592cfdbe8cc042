import type { Finding as RuleFinding, Severity } from '@tristamp/protocol'
import type { VNode } from 'preact'
import type { Language, Values } from '../i18n/index.ts'
import type { Journey } from '../journey.ts'
import type { Tone } from '../tone.ts'
import { Head, ToneMark, useLanguage } from './parts.tsx'

const TONES: Record<Severity, Tone> = { contradiction: 'stop', warning: 'care', note: 'idle' }

/** The whole numbers of a finding as a sentence wants them. */
function valuesOf({ format }: Language, { detail }: RuleFinding): Values {
  const number = (name: string): number => Number(detail[name] ?? 0)
  return {
    distance: format.distance(number('metres')),
    length: format.duration(number('ms')),
    low: format.celsius(number('lowestMilliC')),
    high: format.celsius(number('highestMilliC')),
    step: format.celsius(number('stepMilliC')),
    value: format.celsius(number('kineticMilliC')),
    max: format.celsius(number('maxKineticMilliC')),
  }
}

function recordsOf(journey: Journey, { events }: RuleFinding): number[] {
  return events.flatMap(({ entry, position }) => {
    const record = journey.records.find(({ proven }) => proven.entry === entry && proven.position === position)
    return record === undefined ? [] : [record.number]
  })
}

function Row({ finding, journey }: { finding: RuleFinding; journey: Journey }): VNode {
  const language = useLanguage()
  const { t, format } = language
  const records = recordsOf(journey, finding)
  const shown = records
    .slice(0, 6)
    .map((n) => format.number(n))
    .join(t('journey.list'))
  return (
    <li>
      <ToneMark tone={TONES[finding.severity]} />
      <span>
        {t(`finding.${finding.code}`, valuesOf(language, finding))}
        {finding.detail['kineticMilliC'] !== undefined && (
          <small class="num">{t('finding.kinetic', valuesOf(language, finding))}</small>
        )}
        <small class="code">
          {finding.code}
          {records.length > 0 && t('journey.list')}
          {records.length > 0 &&
            t('findings.records', { n: records.length, list: records.length > 6 ? `${shown}…` : shown })}
        </small>
      </span>
    </li>
  )
}

/** What the rules found, each with the records that it rests on. Nothing where they found nothing: the check says that they were asked. */
export function FindingsPart({
  findings,
  journey,
}: {
  findings: readonly RuleFinding[]
  journey: Journey
}): VNode | null {
  if (findings.length === 0) return null
  return (
    <section class="s" id="findings">
      <Head title="findings" />
      <ul class="checks">
        {findings.map((finding, i) => (
          <Row key={i} finding={finding} journey={journey} />
        ))}
      </ul>
    </section>
  )
}
