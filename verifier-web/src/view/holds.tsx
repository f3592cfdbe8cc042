import { isHeld, type ProvenHold, subjectKind, type Verdict } from '@tristamp/protocol'
import type { VNode } from 'preact'
import { deviceOffset } from '../local-time.ts'
import { gatewaysOf, readingsOf } from './ground.ts'
import { Head, Line, Mark, ToneMark, useLanguage } from './parts.tsx'

const short = (uri: string): string => uri.replace('https://id.gs1.org/', '')

function Held({ one, verdict }: { one: ProvenHold; verdict: Verdict }): VNode {
  const { t, format, pick } = useLanguage()
  const moment = (text: string): string => {
    const ms = Date.parse(text)
    return format.moment({ ms, offset: deviceOffset(ms) })
  }
  const { hold, released, byLedger, ground: standing } = one
  const { reason, ground } = hold
  const who = (org: string): string => {
    const name = verdict.names.organisations.get(org)?.name
    return name === undefined ? org : pick(name)
  }
  const read = readingsOf(one, verdict)
  const gateways = gatewaysOf(read).map(([org = '', gateway]) => `${who(org)} (${gateway})`)
  const names = gateways.join(t('write.list'))
  const isItem = subjectKind(verdict.subject) === 'item'
  const isOfOthers = isItem && read.length > 0 && !read.some((reading) => verdict.events.includes(reading))
  const title =
    released === undefined
      ? t('holds.standing', { at: moment(one.since) })
      : t('holds.released', { at: moment(released.at) })
  const { toleranceS = 0 } = ground?.limits ?? {}
  const length = (ms: number): string => format.duration(ms)
  return (
    <li>
      {isHeld(one) ? <Mark id="i-held" class="t-stop" /> : <ToneMark tone="idle" />}
      <div>
        <h3>{title}</h3>
        <p>{byLedger ? t('holds.by.ledger') : t('holds.by.person', { who: who(hold.org) })}</p>
        {standing === 'shown' && <p>{t('holds.shown', { n: ground?.readings.length ?? 0 })}</p>}
        {isOfOthers && <p>{t('holds.others')}</p>}
        {standing === 'missing' && <p class="note">{t('holds.missing')}</p>}
        {ground !== undefined && (
          <p class="num">
            {t('holds.measured', {
              low: format.celsius(ground.lowestMilliC),
              high: format.celsius(ground.highestMilliC),
              limits: format.range(ground.limits.minMilliC, ground.limits.maxMilliC),
              length: length(ground.outsideMs),
            })}
            {t('write.gap')}
            {toleranceS > 0 && t('holds.tolerance', { length: length(toleranceS * 1000) })}
          </p>
        )}
        <dl>
          {read.length > 0 && (
            <>
              <Line label="holds.beside" text={(ground?.way ?? []).map(short).join(' › ')} />
              <Line label="holds.by" text={gateways.length > 1 ? names : t('holds.alone', { who: names })} />
            </>
          )}
          {reason !== undefined && <Line label="holds.reason" text={pick(reason)} />}
          {released !== undefined && <Line label="holds.ended" text={released.reason} />}
          <Line label="holds.about" text={short(one.about)} />
        </dl>
      </div>
    </li>
  )
}

/** Every hold of these goods, released ones too, and whether the records show what it rests on. */
export function HoldsPart({ verdict }: { verdict: Verdict }): VNode {
  const { holds } = verdict
  return (
    <section class="s recalls" id="holds">
      <Head title="holds" />
      <ul>
        {holds.map((one) => (
          <Held key={one.hold.id} one={one} verdict={verdict} />
        ))}
      </ul>
    </section>
  )
}
