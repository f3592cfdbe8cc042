import type { ComponentChildren, VNode } from 'preact'
import { countOf, unitOf } from '../amount.ts'
import type { Figures } from '../figures.ts'
import type { Amount } from '../rows.ts'
import { useWords, type Words } from '../words/index.ts'
import { Mark } from './parts.tsx'

/** The most of it as a figure, all units beneath it. */
function Sum({ of, part }: { of: readonly Amount[]; part?: Amount | undefined }): VNode {
  const words = useWords()
  const [first, ...rest] = of
  if (first === undefined) return <>0</>
  const units = [unitOf(first, words), ...rest.map((one) => `${countOf(one, words)} ${unitOf(one, words)}`)]
  const share = shareOf(first, part, words)
  return (
    <>
      {countOf(first, words)}
      <small>
        {units.join(words.t('journey.list'))}
        {share !== '' && ` · ${share}`}
      </small>
    </>
  )
}

function shareOf(amount: Amount, of: Amount | undefined, { format }: Words): string {
  if (of === undefined || of.milli === 0 || amount.uom !== of.uom) return ''
  const share = Math.round((1000 * amount.milli) / of.milli) / 10
  return format.percent(share, share)
}

function Figure({ label, mark, children }: { label: string; mark?: boolean; children: ComponentChildren }): VNode {
  return (
    <div>
      <dt class={mark === true ? 'row t-stop' : undefined}>
        {mark === true && <Mark id="r-care" />}
        {label}
      </dt>
      <dd class={mark === true ? 't-stop' : undefined}>{children}</dd>
    </div>
  )
}

/** Headline numbers. What is unaccounted for is marked, in word and sign. */
export function FiguresPart({ figures, byRecall }: { figures: Figures; byRecall: boolean }): VNode {
  const { t } = useWords()
  const { lots, inputs, made, places, firms, shipped, returned, sold, unaccounted, unaccountedPlaces } = figures
  const { unanswered, cut } = figures
  const isLost = unaccounted.some(({ milli }) => milli > 0)
  const [all] = shipped
  return (
    <>
      <dl class="figs">
        <Figure label={t('figures.lots')}>
          {lots}
          <small>{t('figures.lots.of', { inputs, outputs: made })}</small>
        </Figure>
        <Figure label={t('figures.places')}>
          {places}
          <small>{t('figures.places.of', { n: firms })}</small>
        </Figure>
        <Figure label={t('figures.shipped')}>
          <Sum of={shipped} />
        </Figure>
        <Figure label={t('figures.returned')}>
          {returned === undefined ? (
            <>
              –<small>{t('figures.unknown')}</small>
            </>
          ) : (
            <Sum of={returned} part={all} />
          )}
        </Figure>
        <Figure label={t('figures.sold')}>
          <Sum of={sold} part={all} />
        </Figure>
        <Figure label={t('figures.unaccounted')} mark={isLost}>
          {isLost ? <Sum of={unaccounted} /> : 0}
          <small>
            {unanswered !== undefined && unanswered > 0
              ? t('figures.unanswered', { n: unanswered })
              : isLost
                ? t('figures.unaccounted.places', { n: unaccountedPlaces })
                : t('figures.unaccounted.none')}
          </small>
        </Figure>
      </dl>
      <p class="note figs-by">
        {t(byRecall ? 'figures.recall' : 'figures.trace')}
        {cut !== undefined && ` · ${t('figures.cut', { n: cut })}`}
      </p>
    </>
  )
}
