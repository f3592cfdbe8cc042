import type { ProvenRecall } from '@tristamp/protocol'
import type { VNode } from 'preact'
import { Mark } from '../../view/parts.tsx'
import type { Notice } from '../read.ts'
import { useWords } from '../words/index.ts'

/** What was checked, and what was not. */
export function Checked({
  notice,
  recall,
  onAgain,
}: {
  notice: Notice
  recall: ProvenRecall
  onAgain: () => void
}): VNode {
  const { t, moment } = useWords()
  const { standing, sealedAtMs, checkedAtMs, witnessed } = notice
  const now = standing === 'proved'
  const at = moment((now ? sealedAtMs : checkedAtMs) ?? Date.now())
  return (
    <section class="checked" aria-labelledby="checked-h">
      <h2 id="checked-h">{t('checked')}</h2>
      <p class="said">
        <Mark id={now ? 'r-ok' : 'r-ask'} class={now ? 't-ok' : 't-idle'} />
        <span>{t(now ? 'checked.proved' : 'checked.kept', { entry: String(recall.entry), at })}</span>
      </p>
      <p class="said">
        <Mark id={witnessed ? 'r-ok' : 'r-ask'} class={witnessed ? 't-ok' : 't-idle'} />
        <span>{t(witnessed ? 'checked.witnessed' : 'checked.unwitnessed')}</span>
      </p>
      <p class="note">
        {t('checked.not')} <a href={`/v1/recalls/${recall.recall.id}/progress`}>{t('progress')}</a>
      </p>
      {!now && (
        <p class="screen">
          <button type="button" class="btn" onClick={onAgain}>
            {t('again')}
          </button>
        </p>
      )}
    </section>
  )
}

/** Nothing is said of goods where nothing is proved. */
export function Problem({ notice: { standing, code = '' }, onAgain }: { notice: Notice; onAgain: () => void }): VNode {
  const { t } = useWords()
  const kind = standing === 'broken' || standing === 'unknown' ? standing : 'unreachable'
  return (
    <section class="problem" role="alert">
      <Mark id={kind === 'broken' ? 'i-differ' : kind === 'unknown' ? 'i-none' : 'i-wait'} class="big" />
      <h1>{t(`${kind}.title`)}</h1>
      <p>{t(`${kind}.what`, { code })}</p>
      <p>
        <button type="button" class="btn solid" onClick={onAgain}>
          {t('again')}
        </button>
      </p>
    </section>
  )
}
