import type { VNode } from 'preact'
import { useState } from 'preact/hooks'
import type { Finding } from '../check.ts'
import type { Pack } from '../product.ts'
import { Later } from './later.tsx'
import { Head, useLanguage } from './parts.tsx'

const loadForm = () => import('../seen/report-form.tsx').then(({ ReportForm }) => ReportForm)

/** 8: whom to tell. */
export function ReportPart({ finding, pack }: { finding: Finding; pack: Pack }): VNode {
  const { t } = useLanguage()
  const [written, setWritten] = useState(false)
  return (
    <section class="s report" id="report">
      <Head title="report" />
      <p class="note">{t(finding.state === 'recalled' ? 'report.return' : 'report.note')}</p>
      <p class="act">
        <button type="button" class="btn" aria-expanded={written} onClick={() => setWritten(!written)}>
          {t('report.write')}
        </button>
        <a class="btn" href="tel:12315">
          {t('report.call')}
        </a>
      </p>
      {written && <Later load={loadForm} props={{ finding, pack }} />}
    </section>
  )
}
