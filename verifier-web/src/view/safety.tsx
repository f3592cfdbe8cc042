import type { VNode } from 'preact'
import type { Finding } from '../check.ts'
import type { Language, MessageKey } from '../i18n/index.ts'
import { deviceOffset } from '../local-time.ts'
import {
  type Recall,
  type Safety,
  type Temperature,
  type Tone,
  temperatureTone,
  type UseBy,
  useByTone,
} from '../safety.ts'
import { ToneMark, useLanguage } from './parts.tsx'

interface RowText {
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

function recallText({ t, format }: Language, { recall, recallAsOfMs: ms }: Safety): RowText {
  const at = ms === undefined ? '' : format.moment({ ms, offset: deviceOffset(ms) })
  const small: Partial<Record<Recall, string>> = {
    'not-checked': t('recall.not-checked.why'),
    'was-recalled': t('recall.was-recalled.why'),
    drill: t('recall.drill.why', { at }),
    ...(ms !== undefined && { held: t('recall.held.why', { at }) }),
  }
  return { strong: t(`recall.${recall}`, { at }), small: small[recall] }
}

function gapsText(
  { t, format }: Language,
  { totalMs, gaps, gapMs }: Extract<Temperature, { kind: 'kept' | 'left' }>,
): string {
  const values = { n: gaps, total: format.roughly(totalMs), length: format.duration(gapMs) }
  return t(gaps === 0 ? 'kept.no-gaps' : gaps === 1 ? 'kept.one-gap' : 'kept.gaps', values)
}

function temperatureText(language: Language, temperature: Temperature, until: string | undefined): RowText {
  const { t, format } = language
  switch (temperature.kind) {
    case 'none':
      return { strong: t('kept.none') }
    case 'doubtful':
      return { strong: t('kept.doubtful'), small: t('kept.doubtful.why') }
    case 'no-limits':
      return {
        strong: t('kept.no-limits', { range: format.range(temperature.minMilli, temperature.maxMilli) }),
        small: t('kept.no-limits.why'),
      }
    case 'kept': {
      const limits = format.range(temperature.limits.minMilliC, temperature.limits.maxMilliC)
      return {
        strong: until === undefined ? t('kept.kept', { limits }) : t('kept.until', { at: until, limits }),
        small: gapsText(language, temperature),
      }
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

function Row({ label, tone, text }: { label: MessageKey; tone: Tone; text: RowText }): VNode {
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

/** 3: recall, temperature, use by. */
export function SafetyPart({ finding, safety }: { finding: Finding; safety: Safety }): VNode {
  const language = useLanguage()
  const { recall, temperature, useBy } = safety
  const proven = (finding.verdict?.events.length ?? 0) > 0
  const last = finding.failure === undefined ? undefined : finding.checkedAtMs
  const until = last === undefined ? undefined : language.format.moment({ ms: last, offset: deviceOffset(last) })
  return (
    <section class="s safety" id="safety">
      <h2 class="vh">{language.t('safety')}</h2>
      <ul class="rows num">
        <Row label="recall" tone={RECALL_TONES[recall]} text={recallText(language, safety)} />
        <Row label="kept" tone={temperatureTone(temperature)} text={temperatureText(language, temperature, until)} />
        {finding.state !== 'none' && (
          <Row label="use-by" tone={proven ? useByTone(useBy) : 'idle'} text={useByText(language, useBy, proven)} />
        )}
      </ul>
    </section>
  )
}
