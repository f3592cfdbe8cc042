import type { VNode } from 'preact'
import { claimsOf } from '../claims.ts'
import type { Journey } from '../journey.ts'
import { type Gap, type Leg, metresOf, placesOf, rowsOf, type TakenBack } from '../journey-rows.ts'
import { type LocalTime, offsetMs } from '../local-time.ts'
import { STAMPS, type StampName, type StampState, type Stamps } from '../record.ts'
import type { Stop } from '../stop.ts'
import { type Evidence, evidenceOf } from '../stop-evidence.ts'
import { Claims } from './claims.tsx'
import { addressOf, type Naming, nameOf, organisationName } from './naming.ts'
import { By, Head, Mark, useLanguage } from './parts.tsx'
import { TimeText } from './time-text.tsx'

/** Split in two: what the sprite has whole. */
const SPLIT: Record<StampName, string> = {
  place: 'M1 1h6L8.6 5.5 6.4 8 8 11 6.5 15H1ZM9.4 1H15v14H8.8L10.4 11 8.6 8.2 10.9 5Z',
  time: 'M7.5.5A7.5 7.5 0 0 0 7 15.4L8.6 11 6.4 8 8.4 4.5ZM10.3.9A7.5 7.5 0 0 1 9.7 15.3L11.4 11 9 8.2 11.2 4.5Z',
  quality:
    'M4.2.8H7L8.6 5.5 6.4 8 8 11 6.7 15.2H4.2A3.4 3.4 0 0 0 .8 11.8V4.2A3.4 3.4 0 0 0 4.2.8ZM9.6.8h2.2a3.4 3.4 0 0 0 3.4 3.4v7.6a3.4 3.4 0 0 0-3.4 3.4H9L10.4 11 8.6 8.2 11 5Z',
}

function Mini({ name, state }: { name: StampName; state: StampState }): VNode {
  if (state !== 'broken') return <Mark id={`m-${name}`} class={state === 'unchecked' ? 'blank' : ''} />
  return (
    <svg class="broken" viewBox="0 0 16 16" aria-hidden="true">
      <path d={SPLIT[name]} />
    </svg>
  )
}

/** The three stamps of a step, small; told in words to who does not see them. */
function Minis({ stamps }: { stamps: Stamps }): VNode {
  const { t } = useLanguage()
  const told = STAMPS.map((name) => {
    const state = stamps[name]
    return state === 'broken'
      ? t(`stamp.${name}.broken`)
      : t('journey.stamp', { stamp: t(`stamp.${name}`), state: t(`stamp.${state}`) })
  })
  return (
    <span class="minis">
      {STAMPS.map((name) => (
        <Mini key={name} name={name} state={stamps[name]} />
      ))}
      <span class="vh">
        {t('journey.stamps', { place: told[0] ?? '', time: told[1] ?? '', quality: told[2] ?? '' })}
      </span>
    </span>
  )
}

export function Clock({ at }: { at: LocalTime }): VNode {
  const { format } = useLanguage()
  return (
    <time dateTime={new Date(at.ms).toISOString()}>
      <b>{format.time(at)}</b>
      {format.day(at)}
    </time>
  )
}

function EvidenceText({ evidence }: { evidence: Evidence }): VNode {
  const { t, format } = useLanguage()
  switch (evidence.kind) {
    case 'temperature':
      return <span>{t('evidence.temperature', { range: format.range(evidence.minMilli, evidence.maxMilli) })}</span>
    case 'humidity':
      return (
        <span>
          {t('evidence.humidity', { range: format.percent(Math.round(evidence.min), Math.round(evidence.max)) })}
        </span>
      )
    case 'made':
      return <span>{t('evidence.made', { inputs: evidence.inputs, outputs: evidence.outputs })}</span>
    case 'identity':
      return <span>{t(evidence.device ? 'evidence.identity.device' : 'evidence.identity.operator')}</span>
    case 'thermometer-silent':
      return <span>{t('evidence.thermometer-silent')}</span>
  }
}

function StopRow({ stop, naming }: { stop: Stop; naming: Naming }): VNode {
  const { t } = useLanguage()
  const steps = stop.steps.map((step) => t(`step.${step}`)).join(t('journey.list'))
  const broken = STAMPS.filter((name) => stop.stamps[name] === 'broken')
  // Where a vehicle is registered says nothing of where it was.
  const address = stop.moving ? undefined : addressOf(stop.station, naming)
  return (
    <li>
      <Clock at={stop.from} />
      <div>
        <h3>
          <span>{nameOf(stop.station, naming)}</span>
          <Minis stamps={stop.stamps} />
        </h3>
        <p class="where">
          {address === undefined ? capital(steps) : t('journey.where', { address, steps: capital(steps) })}
        </p>
        <p class="where">{t('journey.signed', { org: organisationName(stop.org, naming), gateway: stop.gateway })}</p>
        {broken.length > 0 && (
          <p class="t-stop">
            <b>{broken.map((name) => t(`stamp.${name}.broken`)).join(t('journey.list'))}</b>
          </p>
        )}
        {stop.timeDoubt !== undefined && (
          <p class="where">
            <TimeText doubt={stop.timeDoubt} offset={stop.from.offset} />
          </p>
        )}
        <ul class="claims">
          {evidenceOf(stop).map((evidence) => (
            <li key={`${evidence.kind}${evidence.device}`}>
              <EvidenceText evidence={evidence} />
              <By device={evidence.device} />
            </li>
          ))}
          <Claims claims={claimsOf(stop.records)} />
        </ul>
      </div>
    </li>
  )
}

export const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1)

function GapRow({ gap }: { gap: Gap }): VNode {
  const { t, format } = useLanguage()
  const { beforeMilli, afterMilli } = gap
  return (
    <li class="gap">
      <Clock at={{ ms: gap.fromMs, offset: gap.offset }} />
      <div>
        <h3>{t('gap.title', { length: format.duration(gap.toMs - gap.fromMs) })}</h3>
        <p class="where">
          {beforeMilli !== undefined &&
            afterMilli !== undefined &&
            t('gap.around', { before: format.celsius(beforeMilli), after: format.celsius(afterMilli) })}
          {t('write.gap')}
          {gap.positions > 0 && t('gap.positions', { n: gap.positions })}
        </p>
      </div>
    </li>
  )
}

function LegRow({ leg }: { leg: Leg }): VNode {
  const { t, format } = useLanguage()
  const parts: string[] = []
  if (leg.stayedMs >= 30 * 60_000) parts.push(t('leg.stayed', { length: format.duration(leg.stayedMs) }))
  if (leg.metres >= 1000)
    parts.push(t('leg.moved', { distance: format.distance(leg.metres), length: format.duration(leg.travelMs) }))
  else if (leg.travelMs >= 10 * 60_000) parts.push(t('leg.waited', { length: format.duration(leg.travelMs) }))
  return (
    <li class="leg">
      <p>{capital(parts.join(t('leg.join')))}</p>
    </li>
  )
}

/** What was recorded by mistake, and that it was taken back: both are in the log, and neither is hidden. */
function TakenBackRow({ row, naming }: { row: TakenBack; naming: Naming }): VNode {
  const { t, format } = useLanguage()
  const declared = { ms: row.declaredMs, offset: row.at.offset }
  return (
    <li class="gap">
      <Clock at={row.at} />
      <div>
        <h3>
          <span>{nameOf(row.station, naming)}</span>
        </h3>
        <p class="where">
          {t(`taken-back.${row.reason}`, {
            step: t(`step.${row.step}`),
            time: format.time(declared),
            day: format.day(declared),
          })}
        </p>
        <p class="where">{t('journey.signed', { org: organisationName(row.org, naming), gateway: row.gateway })}</p>
      </div>
    </li>
  )
}

/** Calendar days that the journey touches, each end in its place's own calendar. */
function daysOf(journey: Journey): number {
  const day = ({ ms, offset }: LocalTime): number => Math.floor((ms + offsetMs(offset)) / 86_400_000)
  const [first, last] = [journey.records[0]?.at, journey.records.at(-1)?.at]
  return first === undefined || last === undefined ? 0 : day(last) - day(first) + 1
}

/** 5: one row per stop, a gap is a row, and what lies between. */
export function JourneyPart({ journey, naming }: { journey: Journey; naming: Naming }): VNode {
  const { t, format } = useLanguage()
  const rows = rowsOf(journey)
  const metres = metresOf(rows)
  const sum = { places: t('journey.places', { n: placesOf(journey) }), days: t('journey.days', { n: daysOf(journey) }) }
  return (
    <section class="s" id="journey">
      <Head title="journey">
        <p class="num">
          {metres >= 1000
            ? t('journey.sum', { ...sum, distance: format.distance(metres) })
            : t('journey.sum.still', sum)}
        </p>
      </Head>
      <p class="way-key">
        {STAMPS.map((name) => (
          <span key={name}>
            <Mark id={`m-${name}`} />
            {t(`stamp.${name}`)}
          </span>
        ))}
        <span>{t('journey.key')}</span>
      </p>
      <ol class="way num">
        {rows.map((row, i) => {
          if (row.kind === 'stop') return <StopRow key={i} stop={row} naming={naming} />
          if (row.kind === 'taken-back') return <TakenBackRow key={i} row={row} naming={naming} />
          return row.kind === 'gap' ? <GapRow key={i} gap={row} /> : <LegRow key={i} leg={row} />
        })}
      </ol>
    </section>
  )
}
