import type { VNode } from 'preact'
import type { State, Tone, Witness } from '../model.ts'
import { bytes, clock, long, shortSubject } from '../say.ts'
import { isKey, useWords, type Words } from '../words/index.ts'
import { ToneMark } from './parts.tsx'

interface Part {
  state: State
  agoMs: (ms: number) => number
}

export function Witnesses({ state, agoMs }: Part): VNode {
  const words = useWords()
  return (
    <section>
      <h2>{words.t('witnesses')}</h2>
      <ul>
        {state.witnesses!.list.map((one) => (
          <li key={one.name}>
            <span class="row">
              <ToneMark tone={toneOf(one)} />
              <span>{one.name}</span>
            </span>
            <span class="mute">{signedOf(one, agoMs, words)}</span>
          </li>
        ))}
      </ul>
    </section>
  )
}

function toneOf({ signed, failure }: Witness): Tone | 'ok' {
  if (failure?.code === 'WITNESS_AHEAD') return 'stop'
  return signed ? 'ok' : failure === null ? 'idle' : 'care'
}

function signedOf({ signed, lastAtMs, failure, lag }: Witness, agoMs: Part['agoMs'], words: Words): string {
  const { t } = words
  if (signed)
    return lastAtMs === null ? t('witness.signed') : t('witness.signed.ago', { ago: long(agoMs(lastAtMs), words) })
  const behind = lag === null || lag === 0 ? [] : [t('witness.lag', { n: lag })]
  if (failure === null) return [t('witness.waiting'), ...behind].join(t('list'))
  const key = `witness.why.${failure.code}`
  const why = isKey(key) ? t(key) : failure.code
  // Who refuses has answered.
  const since = failure.code === 'PEER_UNREACHABLE' ? 'witness.failed' : 'witness.since'
  return [why, t(since, { ago: long(agoMs(failure.sinceMs), words) }), ...behind].join(t('list'))
}

export function Standing({ state }: { state: State }): VNode {
  const { t, format } = useWords()
  const { recalls, holds, contradictions } = state
  const { statements, keys } = contradictions
  const drills = recalls.drills > 0 ? t('standing.drills', { n: recalls.drills }) : undefined
  return (
    <section>
      <h2>{t('standing')}</h2>
      <ul>
        <Item name={t('standing.recalls')} of={recalls} also={drills} />
        <Item name={t('standing.holds')} of={holds} also={undefined} />
        <Complaints state={state} />
        <li>
          <span class="row">
            <ToneMark tone={statements === 0 ? 'ok' : 'care'} />
            <span>{t('standing.contradictions')}</span>
          </span>
          <span class="mute">
            {statements === 0 ? (
              t('standing.none')
            ) : (
              <>
                <b>{format.number(statements)}</b> {t('standing.contradictions.keys', { n: keys })}
              </>
            )}
          </span>
        </li>
      </ul>
    </section>
  )
}

/** Anyone may report: it is a number to look after, and no alarm. */
function Complaints({ state: { complaints } }: { state: State }): VNode {
  const { t, format } = useWords()
  const { day, week } = complaints
  return (
    <li>
      <span class="row">
        <ToneMark tone={day === 0 ? 'ok' : 'care'} />
        <span>{t('standing.complaints')}</span>
      </span>
      <span class="mute">
        {week === 0 ? (
          t('standing.none')
        ) : (
          <>
            <b>{format.number(day)}</b> {t('standing.complaints.of', { week: format.number(week) })}
          </>
        )}
      </span>
    </li>
  )
}

function Item({ name, of, also }: { name: string; of: State['holds']; also: string | undefined }): VNode {
  const { t, format } = useWords()
  const [newest] = of.listed
  const subject = newest && shortSubject(newest.subject)
  const said =
    newest === undefined || subject === undefined
      ? undefined
      : newest.subjects > 1
        ? t('standing.more', { subject, n: newest.subjects })
        : subject
  return (
    <li>
      <span class="row">
        <ToneMark tone={of.count === 0 ? 'ok' : 'care'} />
        <span>{name}</span>
      </span>
      <span class="mute">
        {of.count === 0 ? t('standing.none') : <b>{format.number(of.count)}</b>}
        {said !== undefined && <span class="code">{` ${said}`}</span>}
        {also !== undefined && `${t('list')}${also}`}
      </span>
    </li>
  )
}

const SHOWN = 6

export function Errors({ state: { errors } }: { state: State }): VNode {
  const words = useWords()
  const { t, pick } = words
  return (
    <section>
      <h2>{t('errors')}</h2>
      {errors.length === 0 ? (
        <p class="mute">{t('errors.none')}</p>
      ) : (
        <ul class="errors">
          {errors.slice(0, SHOWN).map(({ code, from, count, lastAtMs, sentence }) => (
            <li key={`${code} ${from ?? ''}`}>
              <span>
                <span class="code">{clock(lastAtMs, words)}</span>{' '}
                {from !== undefined && (
                  <b>
                    <bdi>{from}</bdi>
                    {t('colon')}
                  </b>
                )}
                <bdi>{pick(sentence)}</bdi>
              </span>
              <span class="code mute">
                {code}
                {count > 1 && <small>{t('errors.times', { n: count })}</small>}
              </span>
            </li>
          ))}
        </ul>
      )}
    </section>
  )
}

export function Node({ state, agoMs }: Part): VNode {
  const words = useWords()
  const { t, format } = words
  const { role, version, startedAtMs, checkpoint, leader, disk } = state
  const lines: [string, string][] = [
    [t('node.role'), t(`node.${role}`)],
    ...(leader === null ? [] : ([[t('node.leader.url'), leader.leader]] as [string, string][])),
    [t('node.up'), long(agoMs(startedAtMs), words)],
    [t('node.entries'), checkpoint === null ? t('dash') : format.number(checkpoint.size)],
    ...(disk === null ? [] : ([[t('node.disk'), diskOf(disk, words)]] as [string, string][])),
    [t('node.version'), version],
  ]
  return (
    <section class="foot" aria-label={t('node')}>
      <dl class="node">
        {lines.map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
    </section>
  )
}

function diskOf({ freeBytes, totalBytes, bytesPerDay }: NonNullable<State['disk']>, words: Words): string {
  const { t } = words
  const of = t('node.disk.of', { free: bytes(freeBytes, words), total: bytes(totalBytes, words) })
  if (bytesPerDay === null || bytesPerDay <= 0) return of
  return [of, t('node.disk.grows', { n: bytes(bytesPerDay, words) })].join(t('list'))
}
