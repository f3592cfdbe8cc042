import { toHex } from '@tristamp/protocol'
import type { VNode } from 'preact'
import { useState } from 'preact/hooks'
import { failuresOf } from '../broken.ts'
import type { Finding } from '../check.ts'
import type { Language } from '../i18n/index.ts'
import { deviceOffset } from '../local-time.ts'
import type { Pack } from '../product.ts'
import { useLanguage } from './parts.tsx'

/** A report with everything filled in that the page knows, and nothing about the person. */
export function reportText({ t, format, pick }: Language, finding: Finding, pack: Pack, url: string): string {
  const ms = finding.checkedAtMs
  const lines = [t('report.body.subject', { subject: finding.subject })]
  if (pack.name !== undefined) lines.push(t('report.body.product', { name: pick(pack.name) }))
  if (pack.lot !== undefined) lines.push(t('report.body.lot', { lot: pack.lot }))
  const at = ms === undefined ? '' : format.stamp({ ms, offset: deviceOffset(ms) })
  lines.push(t('report.body.verdict', { word: t(`word.${finding.state}`).replaceAll('|', ''), at }))
  for (const { code } of finding.verdict === undefined ? [] : failuresOf(finding.verdict))
    lines.push(t('report.body.code', { code: code ?? '' }))
  if (finding.failure !== undefined) lines.push(t('report.body.code', { code: finding.failure.code }))
  const checkpoint = finding.verdict?.checkpoint
  if (checkpoint !== undefined) {
    lines.push(
      t('report.body.ledger', {
        origin: checkpoint.origin,
        size: String(checkpoint.size),
        root: toHex(checkpoint.root),
      }),
    )
  }
  lines.push(t('report.body.page', { url }), '', t('report.body.what'), '')
  return lines.join('\n')
}

/** The report as text, to take to whoever takes no forms. */
export function Written({ text }: { text: string }): VNode {
  const { t } = useLanguage()
  const [copied, setCopied] = useState(false)
  const copy = (): void => {
    // Absent outside secure contexts: the text can be selected by hand all the same.
    void navigator.clipboard?.writeText(text).then(
      () => setCopied(true),
      () => setCopied(false),
    )
  }
  return (
    <>
      <textarea aria-label={t('report.text')} defaultValue={text} spellcheck={false} />
      <p class="act">
        {navigator.clipboard !== undefined && (
          <button type="button" class="btn" onClick={copy}>
            {t(copied ? 'report.copied' : 'report.copy')}
          </button>
        )}
        <a class="btn" href="https://www.12315.cn/" rel="noreferrer">
          {t('report.site')}
        </a>
      </p>
    </>
  )
}
