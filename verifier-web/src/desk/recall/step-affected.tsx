import type { VNode } from 'preact'
import { useEffect, useState } from 'preact/hooks'
import { AnswerError, codeOf } from '../../own/answer.ts'
import { placeName } from '../graph/labels.ts'
import { useNames } from '../graph/names.ts'
import { Scroll } from '../graph/scroll.tsx'
import { type Affected, type Preview, readPreview } from './preview.ts'
import type { StepProps } from './wizard.tsx'

/** Rows that are shown; the sum is of all. */
const MOST = 200

/** Who has what of it now, before anything is said to them. */
export function AffectedStep({ draft, known, ask, words }: StepProps): VNode {
  const { t, amount, reason } = words
  const [preview, setPreview] = useState<Preview>()
  const [fault, setFault] = useState<string>()
  useEffect(() => {
    let isWanted = true
    readPreview(ask, draft.subjects, known.scope).then(
      (read) => isWanted && setPreview(read),
      (error: unknown) => isWanted && setFault(error instanceof AnswerError ? error.code : codeOf(error)),
    )
    return () => {
      isWanted = false
    }
  }, [ask, draft.subjects.join(' ')])
  const rows = preview?.rows.slice(0, MOST) ?? []
  const nameOf = useNames(
    ask,
    rows.flatMap(({ place, holder }) => [place, holder].filter((uri) => uri !== undefined)),
  )
  if (fault !== undefined) return <p role="alert">{t('panel.failed', { why: reason(fault) })}</p>
  if (preview === undefined) return <p role="status">{t('affected.loading')}</p>
  const places = new Set(preview.rows.map(({ place }) => place)).size
  const { list } = words
  const quantity = ({ milli, uom }: { milli: number; uom?: string }): string =>
    uom === undefined ? t('affected.pieces', { n: milli / 1000 }) : amount({ milli, uom })
  return (
    <>
      {preview.rows.length === 0 ? (
        <p>{t('affected.none')}</p>
      ) : (
        <>
          <p class="wz-sum">
            {t('affected.sum', { n: places, places, amounts: list(sums(preview.rows).map(quantity)) })}
          </p>
          <Scroll label={t('affected.title')}>
            <table>
              <caption class="vh">{t('affected.title')}</caption>
              <thead>
                <tr>
                  <th scope="col">{t('places.place')}</th>
                  <th scope="col">{t('affected.holder')}</th>
                  <th scope="col" class="n">
                    {t('affected.amount')}
                  </th>
                </tr>
              </thead>
              <tbody>
                {rows.map((row) => (
                  <tr key={[row.state, row.place, row.holder, row.uom].join(' ')}>
                    <th scope="row">
                      {row.state === 'on the way' && `${t('affected.way')} `}
                      {row.place !== undefined && placeName(row.place, words, nameOf)}
                    </th>
                    <td>{row.holder === undefined ? '' : placeName(row.holder, words, nameOf)}</td>
                    <td class="n">
                      {[row.milli !== 0 && quantity(row), row.untold > 0 && t('affected.untold', { n: row.untold })]
                        .filter((part) => part !== false)
                        .join(' + ')}
                    </td>
                  </tr>
                ))}
              </tbody>
            </table>
          </Scroll>
        </>
      )}
      {preview.gone.length > 0 && (
        <p class="note">
          {t('affected.gone', {
            parts: list(preview.gone.map((one) => t(`gone.${one.state}`, { amount: quantity(one) }))),
          })}
        </p>
      )}
      {preview.asked < preview.of && (
        <p class="note gr-open">{t('affected.part', { n: preview.asked, of: preview.of })}</p>
      )}
    </>
  )
}

/** What is somewhere, by unit of measure. */
function sums(rows: readonly Affected[]): { milli: number; uom?: string }[] {
  const sum = new Map<string, { milli: number; uom?: string }>()
  for (const { milli, uom } of rows) {
    const one = sum.get(uom ?? '') ?? { milli: 0, ...(uom !== undefined && { uom }) }
    one.milli += milli
    sum.set(uom ?? '', one)
  }
  return [...sum.values()]
}
