import type { VNode } from 'preact'
import { type Progress, sharesOf } from './progress.ts'
import { listed, type RecallWords } from './words/index.ts'

/** So much of it, in the unit in which it is counted. */
export const quantity = (milli: number, { uom }: { uom?: string }): { milli: number; uom?: string } => ({
  milli,
  ...(uom !== undefined && { uom }),
})

/** The three that decide, and all as a bar whose parts differ in pattern as well as in tone. */
export function Figures({ progress, words }: { progress: Progress; words: RecallWords }): VNode {
  const { t, amount } = words
  const { totals } = progress
  const shares = sharesOf(totals)
  const whole = shares.reduce((sum, { milli }) => sum + milli, 0)
  const parts = shares.map(({ what, milli }) => `${t(what)} ${amount(quantity(milli, progress))}`)
  const figures = {
    returned: totals.returned + totals.destroyed,
    sold: totals.sold + totals.used,
    unaccounted: totals.unaccounted,
  }
  return (
    <>
      <dl class="rc-figures">
        {(['returned', 'sold', 'unaccounted'] as const).map((name) => (
          <div key={name}>
            <dt>{t(name)}</dt>
            <dd>{amount(quantity(figures[name], progress))}</dd>
          </div>
        ))}
      </dl>
      {whole > 0 && (
        <>
          <div class="rc-bar" aria-hidden="true">
            {shares.map(({ what, milli }) => (
              <svg key={what} class={`rc-${what}`} style={{ flexGrow: milli / whole }} />
            ))}
          </div>
          <p class="rc-note">
            {t('bar', { total: amount(quantity(totals.shipped, progress)), parts: listed(parts, words) })}
          </p>
        </>
      )}
    </>
  )
}
