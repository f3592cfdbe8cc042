import type { SubjectKind } from '@tristamp/protocol'
import type { VNode } from 'preact'
import { useWords } from '../words/index.ts'

const FORMS = [
  ['fsma204.xlsx', 'exports.xlsx'],
  ['events.csv', 'exports.csv'],
  ['epcis.jsonld', 'exports.jsonld'],
  ['proofs.tar.gz', 'exports.proofs'],
] as const

/** The same for others' programs; and on paper. What is recorded is public, so that these are plain links. */
export function Exports({ subject, kind }: { subject: string; kind: SubjectKind }): VNode {
  const { t } = useWords()
  const query = new URLSearchParams({ [kind === 'place' ? 'place' : 'subject']: subject })
  return (
    <section aria-labelledby="exports">
      <div class="sh">
        <h2 id="exports">{t('exports.title')}</h2>
      </div>
      <p class="tools">
        {FORMS.map(([form, key], i) => (
          <a key={form} class={i === 0 ? 'btn solid' : 'btn'} href={`/v1/exports/${form}?${query}`} download>
            {t(key)}
          </a>
        ))}
        <button type="button" class="btn" onClick={() => print()}>
          {t('print')}
        </button>
      </p>
      <p class="note">{t('exports.what')}</p>
    </section>
  )
}
