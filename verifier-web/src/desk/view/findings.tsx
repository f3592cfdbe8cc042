import type { Severity } from '@tristamp/protocol'
import type { VNode } from 'preact'
import { shortOf } from '../../view/naming.ts'
import type { Found } from '../found.ts'
import { useWords, type Words } from '../words/index.ts'
import { Mark } from './parts.tsx'

const LOOKS: Record<Severity, { icon: string; tone: string }> = {
  contradiction: { icon: 'r-stop', tone: 't-stop' },
  warning: { icon: 'r-care', tone: 't-care' },
  note: { icon: 'r-ask', tone: 't-idle' },
}

/** The sentence of a finding, with its numbers. */
function sayOf({ t, format }: Words, { code, subject, detail }: Found, placeName: (uri: string) => string): string {
  const number = (name: string): number => Number(detail[name] ?? 0)
  if (code === 'GAP')
    return t('rule.GAP.says', { place: placeName(subject ?? ''), length: format.duration(number('ms')) })
  const says = t(`finding.${code}`, {
    distance: format.distance(number('metres')),
    length: format.duration(number('ms')),
    low: format.celsius(number('lowestMilliC')),
    high: format.celsius(number('highestMilliC')),
    step: format.celsius(number('stepMilliC')),
  })
  if (subject === undefined) return says
  const name = placeName(subject)
  return `${name === '' ? shortOf(subject) : name}${t('desk.colon')}${says}`
}

export interface FindingsProps {
  found: readonly Found[]
  records: number
  placeName: (uri: string) => string
  /** Shows the rows that a finding rests on. */
  show: (rows: readonly string[]) => void
}

/** What the rules found, the gravest first, each with the records that it rests on. */
export function FindingsPart({ found, records, placeName, show }: FindingsProps): VNode {
  const words = useWords()
  const { t } = words
  return (
    <section aria-labelledby="findings">
      <div class="sh">
        <h2 id="findings">{t('findings.title')}</h2>
        {found.length > 0 && <span class="note">{t('findings.sum', { n: found.length })}</span>}
      </div>
      {found.length === 0 ? (
        <p class="mute">
          {records === 0
            ? t('findings.unasked')
            : `${t('findings.none')}${t('desk.colon')}${t('findings.none.what', { n: records })}`}
        </p>
      ) : (
        <ul class="find">
          {found.map((one) => (
            <li key={`${one.code} ${one.rows.join(' ')} ${one.subject}`}>
              <Mark id={LOOKS[one.severity].icon} class={LOOKS[one.severity].tone} />
              <b class={LOOKS[one.severity].tone}>
                {t(`rule.${one.code}`)}
                <span class="vh">{` (${t(`severity.${one.severity}`)})`}</span>
              </b>
              <span>{sayOf(words, one, placeName)}</span>
              {one.rows.length > 0 && (
                <button type="button" class="link" onClick={() => show(one.rows)}>
                  {t('findings.events', { n: one.rows.length })}
                  <span class="vh">{`: ${t(`rule.${one.code}`)}`}</span>
                </button>
              )}
            </li>
          ))}
        </ul>
      )}
    </section>
  )
}
