import type { VNode } from 'preact'
import { useMemo, useState } from 'preact/hooks'
import { Mark } from '../../view/parts.tsx'
import { type Sheets as Drawn, isRefusal, labelFile, type Order, type Refusal } from '../client.ts'
import { asDataUrl, save, serialTable } from '../files.ts'
import { printPart } from '../print.ts'
import { manifestOf, type SealedPack, sealedPages } from '../sealed.ts'
import { useWords, wordsOf } from '../words/index.ts'
import { refused } from './app.tsx'

/** Labels as they were asked for, and with them the sealed codes that only this device knows. */
export interface Made {
  order: Order
  sheets: Drawn
  packs: readonly SealedPack[]
  base: string
}

/** The pages as they will be printed, and the ways to get them. */
export function Sheets({ made: { order, sheets, packs } }: { made: Made }): VNode {
  const words = useWords()
  const { t } = words
  const [failure, setFailure] = useState<Refusal>()
  const sealed = useMemo(() => {
    const printed = wordsOf(order.language)
    const told = {
      title: printed.t('sealed.title'),
      hint: printed.t('sealed.hint'),
      serial: printed.t('sealed.serial'),
    }
    return packs.length === 0 ? [] : sealedPages(sheets.template, packs, told)
  }, [packs, sheets, order])
  const file = async (format: 'html' | 'zpl'): Promise<void> => {
    const answer = await labelFile(order, format)
    setFailure(isRefusal(answer) ? answer : undefined)
    if (!isRefusal(answer)) save(answer, `labels.${format}`)
  }
  return (
    <>
      <section class="ways" aria-labelledby="labels-h">
        <h2 id="labels-h">{t('head.labels')}</h2>
        {sheets.symbols.map(({ kind, modules, moduleUm, level }) => (
          <p class="note num" key={kind}>
            {t(`code.${kind}`, { modules, mm: String(Math.round(moduleUm / 10) / 100), level: level ?? '' })}
          </p>
        ))}
        <p class="note">{t('print.note')}</p>
        <div class="act">
          <button type="button" class="btn solid" onClick={() => printPart('labels', sheets.template)}>
            {t('print.labels')}
          </button>
          <button type="button" class="btn" onClick={() => void file('html')}>
            {t('html')}
          </button>
          <button type="button" class="btn" onClick={() => void file('zpl')}>
            {t('zpl')}
          </button>
          <button type="button" class="btn" onClick={() => save(serialTable(order), 'serials.csv')}>
            {t('csv')}
          </button>
        </div>
        <Problem refusal={failure} />
      </section>
      <Pages part="labels" pages={sheets.pages} label={(n) => t('page', { n })} />
      {packs.length > 0 && (
        <section class="ways" aria-labelledby="sealed-h">
          <h2 id="sealed-h">{t('head.sealed')}</h2>
          <p class="note">{t('sealed.note')}</p>
          {sealed === undefined ? (
            <Problem refusal={{ code: 'LABEL_SPACE', detail: t('head.sealed') }} />
          ) : (
            <div class="act">
              <button type="button" class="btn solid" onClick={() => printPart('sealed', sheets.template)}>
                {t('print.sealed')}
              </button>
              <button
                type="button"
                class="btn"
                onClick={() => save(new Blob([manifestOf(packs)], { type: 'text/plain' }), 'sealed-manifest.txt')}
              >
                {t('manifest')}
              </button>
            </div>
          )}
        </section>
      )}
      {sealed !== undefined && <Pages part="sealed" pages={sealed} label={(n) => t('page.sealed', { n })} />}
    </>
  )

  function Problem({ refusal }: { refusal: Refusal | undefined }): VNode {
    return (
      <p class="said" role="alert">
        {refusal !== undefined && (
          <>
            <Mark id="r-stop" class="t-stop" />
            <span>{refused(refusal, words)}</span>
          </>
        )}
      </p>
    )
  }
}

/** Pictures, so that nothing in them is part of this page. */
function Pages({
  part,
  pages,
  label,
}: {
  part: string
  pages: readonly string[]
  label: (n: number) => string
}): VNode {
  return (
    <div class="pages" data-part={part}>
      {pages.map((page, i) => (
        <img key={i} src={asDataUrl(page)} alt={label(i + 1)} />
      ))}
    </div>
  )
}
