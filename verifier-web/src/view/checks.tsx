import type { Check } from '@tristamp/protocol'
import type { VNode } from 'preact'
import type { Finding } from '../check.ts'
import type { Language, MessageKey } from '../i18n/index.ts'
import { deviceOffset } from '../local-time.ts'
import { lossesOf, lossText } from '../losses.ts'
import { warns } from '../say.ts'
import { Head, ToneMark, useLanguage } from './parts.tsx'
import { Proof } from './proof.tsx'

const TONES = { passed: 'ok', failed: 'stop', unchecked: 'idle' } as const

/** Each check in words. What is inside the pack can never be passed or failed. */
function textOf(check: Check): MessageKey {
  const { id, status, code } = check
  if (id === 'findings' && status === 'passed' && warns(check)) return 'check.findings.warned'
  if (id === 'witnesses' && code === 'POLICY_QUORUM') return 'check.witnesses.few'
  return id === 'inside' ? 'check.inside.unchecked' : `check.${id}.${status}`
}

function whereOf({ t }: Language, { detail = {} }: Check): string[] {
  const { entry, subject } = detail
  const where: string[] = []
  if (entry !== undefined) where.push(t('check.where.entry', { entry }))
  if (subject !== undefined) where.push(t('check.where.subject', { subject }))
  return where
}

/** How much was checked, where the verifier counts it; a check that was not made has no figures. */
function figuresOf({ t }: Language, { id, status, detail }: Check): string | undefined {
  if (detail === undefined || status === 'failed' || id === 'inside') return undefined
  const key = `check.${id}.figures` as const
  return FIGURES[id].every((name) => detail[name] !== undefined) ? t(key, detail) : undefined
}

const FIGURES: Record<Exclude<Check['id'], 'inside'>, readonly string[]> = {
  bundle: ['bytes'],
  checkpoint: ['size'],
  witnesses: ['signed', 'of'],
  ledger: ['from', 'to'],
  seal: ['height'],
  inclusion: ['statements'],
  contents: ['events'],
  completeness: ['subjects'],
  signatures: ['statements'],
  findings: ['contradictions', 'warnings', 'notes'],
}

/** A check in a shopper's words; what exactly it is, how much of it there was and its code are one tap deeper, or open where something is wrong. */
function CheckRow({ check }: { check: Check }): VNode {
  const language = useLanguage()
  const { t } = language
  const text = t(textOf(check))
  const where = check.status === 'failed' ? whereOf(language, check) : []
  const figures = figuresOf(language, check)
  return (
    <li>
      <details open={check.code !== undefined}>
        <summary>
          <ToneMark tone={TONES[check.status]} />
          <span>{check.status === 'failed' ? <b class="t-stop">{text}</b> : text}</span>
        </summary>
        <div class="body">
          <p class="note">
            {t(`check.${check.id}.how`)}
            {t('write.gap')}
            {figures}
          </p>
          {check.code !== undefined && <small class="code">{[check.code, ...where].join(', ')}</small>}
        </div>
      </details>
    </li>
  )
}

function Sum({ checks }: { checks: readonly Check[] }): VNode {
  const { t } = useLanguage()
  const count = (status: Check['status']): number => checks.filter((check) => check.status === status).length
  const [passed, failed, unchecked] = [count('passed'), count('failed'), count('unchecked')]
  if (failed > 0) return <p class="num t-stop">{t('checks.sum.failed', { failed, unchecked })}</p>
  return <p class="num">{t('checks.sum', { passed, unchecked })}</p>
}

function Witnesses({ finding }: { finding: Finding }): VNode {
  const { t } = useLanguage()
  const witnesses = finding.verdict?.witnesses ?? []
  const signed = witnesses.filter((witness) => witness.signed).length
  return (
    <details>
      <summary>
        <span class="wit">
          <span>
            {witnesses.length === 0 ? t('witnesses.none') : t('witnesses', { n: signed, of: witnesses.length })}
          </span>{' '}
          {witnesses.map((witness) => (
            <i key={witness.name} class={witness.signed ? undefined : 'no'} />
          ))}
        </span>
      </summary>
      <div class="body">
        {witnesses.length === 0 ? (
          <p class="note">{t('witnesses.none.why')}</p>
        ) : (
          <ul class="checks">
            {witnesses.map(({ name, signed }) => (
              <li key={name}>
                <ToneMark tone={signed ? 'ok' : 'idle'} />
                <span>{t(signed ? 'witness.signed' : 'witness.silent', { name })}</span>
              </li>
            ))}
          </ul>
        )}
      </div>
    </details>
  )
}

/** 7: every check by name, those that failed and those that could not be made too; then the witnesses and the proof. */
export function ChecksPart({ finding, onForget }: { finding: Finding; onForget: () => void }): VNode {
  const { t, format } = useLanguage()
  const { verdict, failure, checkedAtMs } = finding
  const sealed = verdict?.sealedAtMs
  return (
    <section class="s" id="checks">
      <Head title="checks">{verdict !== undefined && failure === undefined && <Sum checks={verdict.checks} />}</Head>
      {failure !== undefined && (
        <p class="note before">
          {t('checks.nothing')}
          {t('write.gap')}
          {checkedAtMs !== undefined &&
            t('checks.last', { at: format.moment({ ms: checkedAtMs, offset: deviceOffset(checkedAtMs) }) })}{' '}
          <span class="code">{failure.status === undefined ? failure.code : `${failure.code} ${failure.status}`}</span>
        </p>
      )}
      {verdict?.state === 'none' && sealed !== undefined && (
        <p class="note before">
          {t('checks.none-proof', { at: format.moment({ ms: sealed, offset: deviceOffset(sealed) }) })}
        </p>
      )}
      {verdict !== undefined && (
        <>
          <ul class="checks cols">
            {verdict.checks.map((check) => (
              <CheckRow key={check.id} check={check} />
            ))}
          </ul>
          {lossesOf(verdict).map((loss) => (
            <p class="note" key={`${loss.gateway} ${loss.toMs}`}>
              {t(...lossText(loss, (ms) => format.moment({ ms, offset: deviceOffset(ms) })))}
            </p>
          ))}
          <Witnesses finding={finding} />
        </>
      )}
      <Proof finding={finding} onForget={onForget} />
    </section>
  )
}
