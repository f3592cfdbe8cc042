import './seen.css'
import { isSeenElsewhere, type ScanSign, scanSigns } from '@tristamp/protocol'
import type { VNode } from 'preact'
import { useEffect, useMemo, useState } from 'preact/hooks'
import type { Finding } from '../check.ts'
import type { Journey } from '../journey.ts'
import { deviceOffset, type LocalTime } from '../local-time.ts'
import { ToneMark } from '../view/parts.tsx'
import { type Asked, onceSeen, type Seen, tellScan } from './ask.ts'
import { firstLook, hourMs, ownRegion, scanFactsOf } from './facts.ts'
import { sendKept } from './kept.ts'
import { RegionChoice } from './region-choice.tsx'
import { SealedPart } from './sealed.tsx'
import { regionName, type SeenWords, useSeenWords } from './words/index.ts'

export interface SeenProps {
  finding: Finding
  journey: Journey
  /** The counts are of the level `elsewhere` (docs/spec/scans.md). */
  onElsewhere: () => void
}

/** An hour as people say it, on the reader’s own clock. */
export function hourText(hour: string, { t, format }: SeenWords): string {
  const ms = hourMs(hour)
  const offset = deviceOffset(ms)
  return t('hour', { at: format.moment({ ms, offset }), end: format.time({ ms: ms + 3_600_000, offset }) })
}

function Sign({ sign: { code, level, days, times, regions } }: { sign: ScanSign }): VNode {
  const { t } = useSeenWords()
  return (
    <li data-sign={code}>
      <ToneMark tone={level === 'elsewhere' ? 'care' : 'idle'} />
      <span>
        {t(`sign.${code}`, { days, n: times, regions })}
        <small>{t(`level.${level}`)}</small>
      </span>
    </li>
  )
}

function Days({ seen }: { seen: Seen }): VNode {
  const words = useSeenWords()
  const { t, format } = words
  return (
    <details>
      <summary>{t('days')}</summary>
      <table>
        <thead>
          <tr>
            <th scope="col">{t('day')}</th>
            <th scope="col">{t('region')}</th>
            <th scope="col">{t('count')}</th>
          </tr>
        </thead>
        <tbody>
          {[...seen.lastDays].reverse().map(({ day, region, times, hours }) => (
            <tr key={`${day}${region}`}>
              <td class="num">{format.date(day)}</td>
              <td>{regionName(region, words) ?? t(hours.length > 0 ? 'where.unknown' : 'where.few')}</td>
              <td class="num">{format.number(times)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </details>
  )
}

/** Of a sale the records tell, whatever the server counts; by the shop's clock, as the journey does. */
function Sold({ at }: { at: LocalTime | undefined }): VNode {
  const { t, format } = useSeenWords()
  return (
    <>
      <dt>{t('sold')}</dt>
      <dd class="num">{at === undefined ? t('sold.none') : t('sold.at', { at: format.moment(at) })}</dd>
    </>
  )
}

interface CountedParts {
  seen: Seen
  soldAt: LocalTime | undefined
  signs: readonly ScanSign[]
}

function Counted({ seen, soldAt, signs }: CountedParts): VNode {
  const words = useSeenWords()
  const { t } = words
  const { times, opened } = seen
  const { kind, hour } = firstLook(seen)
  return (
    <>
      <dl class="facts">
        <dt>{t('first')}</dt>
        <dd class="num">{kind === 'hour' ? hourText(hour, words) : t(`first.${kind}`)}</dd>
        <dt>{t('times')}</dt>
        <dd class="num">{t('times.n', { n: times })}</dd>
        <Sold at={soldAt} />
        {opened !== undefined && (
          <>
            <dt>{t('seal')}</dt>
            <dd class="num">
              {t('seal.opened', {
                at: hourText(opened.firstAt, words),
                n: opened.times,
              })}
            </dd>
          </>
        )}
      </dl>
      {signs.length > 0 && (
        <ul class="checks signs">
          {signs.map((sign) => (
            <Sign key={sign.code} sign={sign} />
          ))}
        </ul>
      )}
      {seen.lastDays.length > 0 && <Days seen={seen} />}
    </>
  )
}

/** What the server counted of this serial, and its sealed code. Asked for behind the verdict: nothing of it is proved. */
export function SeenPart({ finding, journey, onElsewhere }: SeenProps): VNode {
  const { t } = useSeenWords()
  const [asked, setAsked] = useState<Asked<Seen> | undefined>()
  const { subject, state, verdict } = finding
  const isFile = finding.file !== undefined
  const facts = useMemo(() => scanFactsOf(journey, subject), [journey, subject])
  const soldAt = journey.records.find(({ at }) => at.ms === facts.soldMs)?.at
  const signs = useMemo(() => (asked?.ok ? scanSigns(asked.value, facts) : []), [asked, facts])
  useEffect(() => {
    if (isFile) return
    let shown = true
    void onceSeen()
      .then(() => (shown ? tellScan(subject, ownRegion()) : undefined))
      .then((answer) => {
        if (shown) setAsked(answer)
      })
    void sendKept()
    return () => {
      shown = false
    }
  }, [subject, isFile])
  const isElsewhere = isSeenElsewhere(signs)
  useEffect(() => {
    if (isElsewhere && state !== 'elsewhere' && finding.counted === undefined) onElsewhere()
  }, [isElsewhere, finding])
  const sealed = verdict !== undefined && (
    <SealedPart key="sealed" subject={subject} verdict={verdict} tells={!isFile} />
  )
  return (
    <>
      {/* Where a copy is about, the secret that it lacks comes first. */}
      {state === 'elsewhere' && sealed}
      {!isFile && (
        <section key="seen" class="s seen" id="seen">
          <div class="sh">
            <h2>{t('title')}</h2>
          </div>
          <div aria-live="polite">
            {asked === undefined && <p class="note">{t('asking')}</p>}
            {asked?.ok === false && (
              <>
                <p class="note">{t(asked.why === 'offline' ? 'offline' : 'refused')}</p>
                <dl class="facts">
                  <Sold at={soldAt} />
                </dl>
              </>
            )}
            {asked?.ok === true && <Counted seen={asked.value} soldAt={soldAt} signs={signs} />}
          </div>
          {/* Where nothing is counted, nothing is asked. */}
          {asked?.ok === true && (
            <>
              <p class="note">{t('note')}</p>
              <RegionChoice />
            </>
          )}
        </section>
      )}
      {state !== 'elsewhere' && sealed}
    </>
  )
}
