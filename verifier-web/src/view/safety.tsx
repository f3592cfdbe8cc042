import { subjectKind } from '@tristamp/protocol'
import type { ComponentChildren, VNode } from 'preact'
import type { Finding } from '../check.ts'
import type { Language, MessageKey } from '../i18n/index.ts'
import { deviceOffset } from '../local-time.ts'
import { MOMENT_MS, type Recall, recallOf, type Safety, type Temperature, type UseBy } from '../safety.ts'
import { type Tone, temperatureTone, useByTone } from '../tone.ts'
import { ToneMark, useLanguage } from './parts.tsx'
import { recallShown } from './recall.ts'

export interface RowText {
  strong: string
  small?: string | undefined
}

const RECALL_TONES: Record<Recall, Tone> = {
  recalled: 'stop',
  'was-recalled': 'stop',
  held: 'stop',
  free: 'ok',
  drill: 'care',
  'not-checked': 'idle',
  'unknown-now': 'idle',
  unknowable: 'idle',
}

/** How much is called back, and by whom, where the recall is known. */
function recalledText({ t, format, pick }: Language, finding: Finding): RowText | undefined {
  const shown = recallShown(finding)
  if (shown === undefined) return undefined
  const { recall, about, since } = shown
  const kind = subjectKind(about)
  const ms = Date.parse(since)
  const name = finding.verdict?.names.organisations.get(recall.org)?.name
  const who = name === undefined ? recall.org : pick(name)
  return {
    strong: t(kind === 'lot' || kind === 'product' ? `recall.recalled.${kind}` : 'recall.recalled'),
    small: t('recalls.by', { who, at: format.moment({ ms, offset: deviceOffset(ms) }) }),
  }
}

function recallText(language: Language, finding: Finding, { recall, recallAsOfMs: ms }: Safety): RowText {
  const { t, format } = language
  const { verdict } = finding
  const at = ms === undefined ? '' : format.moment({ ms, offset: deviceOffset(ms) })
  // Of what is not known now, what was proven then is known.
  const wasFree = recall === 'unknown-now' && verdict !== undefined && recallOf(verdict.state, verdict) === 'free'
  const small: Partial<Record<Recall, string>> = {
    'not-checked': t('recall.not-checked.why'),
    'was-recalled': t('recall.was-recalled.why'),
    drill: t('recall.drill.why', { at }),
    ...(ms !== undefined && { free: t('recall.free.as-of', { at }), held: t('recall.held.why', { at }) }),
    ...(wasFree && { 'unknown-now': t('recall.free.then', { at }) }),
  }
  const known = recall === 'recalled' ? recalledText(language, finding) : undefined
  return known ?? { strong: t(`recall.${recall}`), small: small[recall] }
}

function gapsText(
  { t, format }: Language,
  { totalMs, gaps, gapMs }: Extract<Temperature, { kind: 'kept' | 'scarce' | 'left' }>,
): string {
  const measured = format.roughly(totalMs - gapMs)
  const values = { n: gaps, measured, total: format.roughly(totalMs), length: format.duration(gapMs) }
  return t(gaps === 0 ? 'kept.no-gaps' : gaps === 1 ? 'kept.one-gap' : 'kept.gaps', values)
}

function temperatureText(language: Language, temperature: Temperature, until: string | undefined): RowText {
  const { t, format } = language
  switch (temperature.kind) {
    case 'none':
      return { strong: t('kept.none') }
    case 'unknown-now':
      return { strong: t('recall.unknown-now') }
    case 'doubtful':
      return { strong: t('kept.doubtful'), small: t('kept.doubtful.why') }
    case 'no-limits':
      return {
        strong: t('kept.no-limits', { range: format.range(temperature.minMilli, temperature.maxMilli) }),
        small: t('kept.no-limits.why'),
      }
    case 'kept':
    case 'scarce': {
      const limits = format.range(temperature.limits.minMilliC, temperature.limits.maxMilliC)
      const kept = until === undefined ? t('kept.kept', { limits }) : t('kept.until', { at: until, limits })
      if (temperature.kind === 'kept') return { strong: kept, small: gapsText(language, temperature) }
      const { totalMs, gapMs } = temperature
      const values = { measured: format.roughly(totalMs - gapMs), total: format.roughly(totalMs) }
      // Of one reading there is no time that it was kept for.
      return { strong: totalMs < MOMENT_MS ? t('kept.moment') : t('kept.scarce', values), small: kept }
    }
    case 'left': {
      const { limits, minMilli, maxMilli, overMs } = temperature
      const high = maxMilli > limits.maxMilliC
      const values = {
        value: format.celsius(high ? maxMilli : minMilli),
        limit: format.celsius(high ? limits.maxMilliC : limits.minMilliC),
      }
      const range = format.range(limits.minMilliC, limits.maxMilliC)
      const small =
        overMs === 0
          ? t('kept.left.between', { limits: range })
          : t('kept.left.for', { limits: range, length: format.duration(overMs) })
      return { strong: t(high ? 'kept.left.high' : 'kept.left.low', values), small }
    }
  }
}

function useByText({ t }: Language, useBy: UseBy, proven: boolean): RowText {
  if (useBy.kind === 'unknown') return { strong: t('use-by.unknown') }
  const small = proven ? undefined : t('use-by.unsigned')
  if (useBy.days === 0) return { strong: t('use-by.today'), small }
  return { strong: useBy.days > 0 ? t('use-by.left', { n: useBy.days }) : t('use-by.over', { n: -useBy.days }), small }
}

export function Row({ label, tone, text }: { label: MessageKey; tone: Tone; text: RowText }): VNode {
  const { t } = useLanguage()
  return (
    <li>
      <ToneMark tone={tone} />
      <b>{t(label)}</b>
      <span>
        <strong class={tone === 'stop' || tone === 'care' ? `t-${tone}` : undefined}>{text.strong}</strong>
        {text.small !== undefined && <small>{text.small}</small>}
      </span>
    </li>
  )
}

/** The moment in as few words as tell it: of the day on which the page is read, its hour. */
function shortly({ format }: Language, ms: number, now: number): string {
  const [at, today] = [
    { ms, offset: deviceOffset(ms) },
    { ms: now, offset: deviceOffset(now) },
  ]
  return format.day(at) === format.day(today) ? format.time(at) : format.day(at)
}

/** 3: recall, temperature, use by, and what else was found of the food. */
export function SafetyPart({
  finding,
  safety,
  now,
  children,
}: {
  finding: Finding
  safety: Safety
  now: Date
  children?: ComponentChildren
}): VNode {
  const language = useLanguage()
  const { recall, temperature, useBy } = safety
  const proven = (finding.verdict?.events.length ?? 0) > 0
  const last = finding.failure === undefined ? undefined : finding.checkedAtMs
  const until = last === undefined ? undefined : shortly(language, last, now.getTime())
  return (
    <section class="s safety" id="safety">
      <h2 class="vh">{language.t('safety')}</h2>
      <ul class="rows num">
        <Row label="recall" tone={RECALL_TONES[recall]} text={recallText(language, finding, safety)} />
        <Row label="kept" tone={temperatureTone(temperature)} text={temperatureText(language, temperature, until)} />
        {finding.state !== 'none' && (
          <Row label="use-by" tone={proven ? useByTone(useBy) : 'idle'} text={useByText(language, useBy, proven)} />
        )}
        {children}
      </ul>
    </section>
  )
}
