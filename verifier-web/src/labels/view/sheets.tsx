import type { VNode } from 'preact'
import { useState } from 'preact/hooks'
import { Mark } from '../../view/parts.tsx'
import { type Sheets as Drawn, isRefusal, labelFile, type Order, type Refusal } from '../client.ts'
import { save, serialTable } from '../files.ts'
import { printPart } from '../print.ts'
import { useWords } from '../words/index.ts'
import { drawOnCanvas, withDrawnText } from '../zpl.ts'
import { Pages, Problem } from './parts.tsx'
import { SealedCodes } from './sealed-codes.tsx'

/** Labels as they were asked for. */
export interface Made {
  order: Order
  sheets: Drawn
  /** Where the node's codes lead. */
  base: string
  /** Whether each pack gets a sealed code, too. */
  sealed: boolean
}

/** The least module that GS1 has for codes at a till, µm. */
const TILL_UM = 396

/** The pages as they will be printed, and the ways to get them. */
export function Sheets({ made: { order, sheets, base, sealed } }: { made: Made }): VNode {
  const { t } = useWords()
  const [failure, setFailure] = useState<Refusal>()
  const file = async (format: 'html' | 'zpl'): Promise<void> => {
    const answer = await labelFile(order, format)
    setFailure(isRefusal(answer) ? answer : undefined)
    if (isRefusal(answer)) return
    const finished = format === 'zpl' ? new Blob([withDrawnText(await answer.text(), drawOnCanvas)]) : answer
    save(finished, `labels.${format}`)
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
        {sheets.symbols.some(({ moduleUm }) => moduleUm < TILL_UM) && (
          <p class="note till">
            <Mark id="r-care" class="t-care" /> {t('code.small')}
          </p>
        )}
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
      {sealed && <SealedCodes order={order} grid={sheets.template} base={base} />}
    </>
  )
}
