import type { VNode } from 'preact'
import { claimsOf } from '../claims.ts'
import type { Gap, Journey, Leg, TakenBack } from '../journey.ts'
import { type LocalTime, offsetMs } from '../local-time.ts'
import { STAMPS, type StampState, type Stamps } from '../record.ts'
import type { Evidence, Stop } from '../stop.ts'
import { Claims } from './claims.tsx'
import { addressOf, type Naming, nameOf, organisationName } from './naming.ts'
import { By, Head, Mark, useLanguage } from './parts.tsx'
import { TimeText } from './time-text.tsx'

const MINI: Record<StampState, string | undefined> = { checked: undefined, unchecked: 'blank', broken: 'broken' }

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
        <Mark key={name} id={stamps[name] === 'broken' ? `k-${name}` : `m-${name}`} class={MINI[stamps[name]] ?? ''} />
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
        {stop.timeDoubt !== undefined && (
          <p class="where">
            <TimeText doubt={stop.timeDoubt} offset={stop.from.offset} />
          </p>
        )}
        <ul class="claims">
          {stop.evidence.map((evidence) => (
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
            t('gap.around', { before: format.celsius(beforeMilli), after: format.celsius(afterMilli) })}{' '}
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
  const sum = { places: journey.places, days: daysOf(journey) }
  return (
    <section class="s" id="journey">
      <Head title="journey">
        <p class="num">
          {journey.metres >= 1000
            ? t('journey.sum', { ...sum, distance: format.distance(journey.metres) })
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
        {journey.rows.map((row, i) => {
          if (row.kind === 'stop') return <StopRow key={i} stop={row} naming={naming} />
          if (row.kind === 'taken-back') return <TakenBackRow key={i} row={row} naming={naming} />
          return row.kind === 'gap' ? <GapRow key={i} gap={row} /> : <LegRow key={i} leg={row} />
        })}
      </ol>
    </section>
  )
}
