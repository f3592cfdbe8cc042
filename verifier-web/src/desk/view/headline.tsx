import { type Check, productOf, subjectKind } from '@tristamp/protocol'
import type { VNode } from 'preact'
import type { Finding, Shown } from '../../check.ts'
import { deviceOffset } from '../../local-time.ts'
import { gatewaysOf, readingsOf } from '../../view/ground.ts'
import { holdShown } from '../../view/hold.ts'
import { shortOf } from '../../view/naming.ts'
import { type DeskKey, isKey, useWords, type Words } from '../words/index.ts'
import { Mark, ToneMark } from './parts.tsx'
import { kindName } from './results.tsx'

const SAYS: Record<Shown, { key: DeskKey; icon: string; tone: string }> = {
  checking: { key: 'subject.checking', icon: 'r-ask', tone: 't-idle' },
  consistent: { key: 'subject.verified', icon: 'r-ok', tone: 't-ok' },
  recalled: { key: 'subject.recalled', icon: 'r-stop', tone: 't-stop' },
  held: { key: 'subject.held', icon: 'r-stop', tone: 't-stop' },
  mismatch: { key: 'subject.mismatch', icon: 'r-stop', tone: 't-stop' },
  elsewhere: { key: 'subject.elsewhere', icon: 'r-care', tone: 't-care' },
  none: { key: 'subject.none', icon: 'r-ask', tone: 't-idle' },
  unchecked: { key: 'subject.unchecked', icon: 'r-ask', tone: 't-idle' },
}
const TONES = { passed: 'ok', failed: 'stop', unchecked: 'idle' } as const

function sayOf({ t }: Words, { id, status, code }: Check): string {
  if (id === 'witnesses' && code === 'POLICY_QUORUM') return t('check.witnesses.few')
  const key = id === 'inside' ? 'check.inside.unchecked' : `check.${id}.${status}`
  return isKey(key) ? t(key) : key
}

/** Why a check that failed, or could not be made, did. */
function whyOf(words: Words, { verdict, failure }: Finding): string {
  if (failure !== undefined) return words.t('subject.failure', { code: failure.code })
  const failed = verdict?.checks.find(({ status }) => status === 'failed')
  return failed === undefined ? '' : sayOf(words, failed)
}

/** Of a hold with readings that the records show: what they were, and whose; one gateway alone is told as one. */
function heldFor({ t, format, pick }: Words, finding: Finding): string | undefined {
  const held = holdShown(finding)
  const { verdict } = finding
  const ground = held?.hold.ground
  if (held === undefined || verdict === undefined || ground === undefined) return undefined
  const gateways = gatewaysOf(readingsOf(held, verdict)).map(([org = '', gateway]) => {
    const name = verdict.names.organisations.get(org)?.name
    return `${name === undefined ? org : pick(name)} (${gateway})`
  })
  if (gateways.length === 0) return undefined
  const { limits, lowestMilliC, highestMilliC } = ground
  return t(gateways.length === 1 ? 'subject.held.alone' : 'subject.held.by', {
    low: format.celsius(lowestMilliC),
    high: format.celsius(highestMilliC),
    limits: format.range(limits.minMilliC, limits.maxMilliC),
    who: gateways.join(t('write.list')),
  })
}

export interface HeadlineProps {
  subject: string
  finding: Finding
  /** Records that were proved here. */
  records: number
  placeName: (uri: string) => string
}

/** What this is, and what its own check came to. */
export function Headline({ subject, finding, records, placeName }: HeadlineProps): VNode {
  const words = useWords()
  const { t, format, pick } = words
  const { verdict } = finding
  const { key, icon, tone } = SAYS[finding.failure === undefined ? finding.state : 'unchecked']
  const [uri, day] = subject.split('#')
  const kind = subjectKind(subject)
  const product = verdict?.names.products.get(productOf(subject) ?? '')
  const name = product !== undefined ? pick(product.name) : kind === 'place' || kind === 'asset' ? placeName(uri!) : ''
  const sealed = verdict?.sealedAtMs
  const why = heldFor(words, finding)
  return (
    <section class="headline" aria-labelledby="subject">
      <div>
        <p class="note">{kindName(words, kind)}</p>
        <h2 id="subject" tabIndex={-1}>
          <span class="code">{shortOf(uri!)}</span> {name !== shortOf(uri!) && name} {day}
        </h2>
      </div>
      <div>
        <p class={`row ${tone}`} role="status">
          <Mark id={icon} />
          <b>{t(key, { n: records, why: whyOf(words, finding) })}</b>
        </p>
        {why !== undefined && <p class="note">{why}</p>}
        {verdict?.checkpoint !== undefined && sealed !== undefined && (
          <p class="note">
            {t('subject.as-of', {
              size: verdict.checkpoint.size,
              at: format.stamp({ ms: sealed, offset: deviceOffset(sealed) }),
            })}
          </p>
        )}
        {verdict !== undefined && (
          <details>
            <summary>{t('subject.checks')}</summary>
            <ul class="checks">
              {verdict.checks.map((check) => (
                <li key={check.id}>
                  <ToneMark tone={TONES[check.status]} />
                  <span>{sayOf(words, check)}</span>
                </li>
              ))}
            </ul>
          </details>
        )}
      </div>
    </section>
  )
}
