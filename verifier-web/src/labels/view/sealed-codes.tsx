import type { VNode } from 'preact'
import { useMemo, useState } from 'preact/hooks'
import type { Grid, Order } from '../client.ts'
import { save } from '../files.ts'
import { printPart } from '../print.ts'
import { manifestOf, type SealedPack, type SealedWords, sealedPages, sealPacks } from '../sealed.ts'
import { useWords, wordsOf } from '../words/index.ts'
import { drawOnCanvas, sealedZpl } from '../zpl.ts'
import { Pages, Problem } from './parts.tsx'

/** `voided`: what may have been printed is void, these secrets are new. `gone`: they are printed, and nothing but the manifest is left. */
type Stage = 'new' | 'handed-out' | 'voided' | 'gone'

/**
 * The second part of each pack's labels. The secrets are in this component's memory and on what it prints: once they are said to be printed they are
 * let go, and where a print went wrong they are let go too, and others made in their place.
 */
export function SealedCodes({ order, grid, base }: { order: Order; grid: Grid; base: string }): VNode {
  const { t } = useWords()
  const make = (): SealedPack[] => sealPacks(order.product, base, order.serials)
  const [packs, setPacks] = useState<readonly SealedPack[]>(make)
  const [manifest, setManifest] = useState(() => manifestOf(packs))
  const [stage, setStage] = useState<Stage>('new')
  const words = useMemo(() => printedWords(order.language), [order])
  const pages = useMemo(() => sealedPages(grid, packs, words), [grid, packs, words])
  if (pages === undefined)
    return (
      <section class="ways" aria-labelledby="sealed-h">
        <h2 id="sealed-h">{t('head.sealed')}</h2>
        <Problem refusal={{ code: 'LABEL_SPACE', detail: t('head.sealed') }} />
      </section>
    )
  const handOut = (hand: () => void): void => {
    hand()
    setStage('handed-out')
  }
  const zpl = (): void => {
    const text = sealedZpl(grid, packs, words, drawOnCanvas)
    if (text !== undefined) handOut(() => save(new Blob([text], { type: 'text/plain' }), 'sealed.zpl'))
  }
  const anew = (): void => {
    const next = make()
    setPacks(next)
    setManifest(manifestOf(next))
    setStage('voided')
  }
  const forget = (): void => {
    setPacks([])
    setStage('gone')
  }
  return (
    <>
      <section class="ways" aria-labelledby="sealed-h">
        <h2 id="sealed-h">{t('head.sealed')}</h2>
        {stage !== 'gone' && <p class="note">{t('sealed.note')}</p>}
        <p class="note" role="status">
          {stage === 'gone' && t('sealed.gone')}
          {stage === 'voided' && t('sealed.voided')}
        </p>
        <div class="act">
          {stage !== 'gone' && (
            <>
              <button type="button" class="btn solid" onClick={() => handOut(() => printPart('sealed', grid))}>
                {t('print.sealed')}
              </button>
              <button type="button" class="btn" onClick={zpl}>
                {t('zpl.sealed')}
              </button>
            </>
          )}
          <button
            type="button"
            class="btn"
            onClick={() => save(new Blob([manifest], { type: 'text/plain' }), 'sealed-manifest.txt')}
          >
            {t('manifest')}
          </button>
        </div>
        {stage === 'handed-out' && (
          <fieldset class="printed">
            <legend>{t('printed.ask')}</legend>
            <p class="note">{t('printed.note')}</p>
            <div class="act">
              <button type="button" class="btn" onClick={forget}>
                {t('printed.all')}
              </button>
              <button type="button" class="btn" onClick={anew}>
                {t('printed.void')}
              </button>
            </div>
          </fieldset>
        )}
      </section>
      <Pages part="sealed" pages={pages} label={(n) => t('page.sealed', { n })} />
    </>
  )
}

function printedWords(language: Order['language']): SealedWords {
  const { t } = wordsOf(language)
  return { title: t('sealed.title'), hint: t('sealed.hint'), serial: t('sealed.serial') }
}
