import type { VNode } from 'preact'
import { useMemo, useState } from 'preact/hooks'
import type { Lang } from '../../i18n/languages.ts'
import { useDocument } from '../../own/use-document.ts'
import { Head } from '../../own/view/head.tsx'
import { Mark } from '../../view/parts.tsx'
import { drawSheets, isRefusal, type Refusal } from '../client.ts'
import { isKey, type Words, WordsProvider, wordsOf } from '../words/index.ts'
import { type Asked, OrderForm } from './order-form.tsx'
import { type Made, Sheets } from './sheets.tsx'

type State = { is: 'empty' | 'making' } | { is: 'refused'; refusal: Refusal } | { is: 'made'; made: Made }

export function LabelsApp({ initial }: { initial: Lang }): VNode {
  const [lang, setLang] = useState(initial)
  const [state, setState] = useState<State>({ is: 'empty' })
  const words = useMemo(() => wordsOf(lang), [lang])
  const { t } = words
  useDocument(lang, t('title'))
  const make = async ({ order, base, sealed }: Asked): Promise<void> => {
    setState({ is: 'making' })
    const sheets = await drawSheets(order)
    if (isRefusal(sheets)) return setState({ is: 'refused', refusal: sheets })
    setState({ is: 'made', made: { order, sheets, base, sealed } })
  }
  return (
    <WordsProvider value={words}>
      <Head words={words} onLang={setLang} />
      <main class="labels">
        <section class="lead">
          <h1>{t('lead')}</h1>
          <p class="note">{t('lead.note', { host: location.host })}</p>
        </section>
        <OrderForm busy={state.is === 'making'} onMake={(asked) => void make(asked)} />
        <p class="said" role="status">
          {state.is === 'making' && t('making')}
          {state.is === 'refused' && (
            <>
              <Mark id="r-stop" class="t-stop" />
              <span>{refused(state.refusal, words)}</span>
            </>
          )}
          {state.is === 'made' && (
            <>
              <Mark id="r-ok" class="t-ok" />
              <span>{t('made', { n: state.made.order.serials.length, pages: state.made.sheets.pages.length })}</span>
            </>
          )}
        </p>
        {state.is === 'made' && <Sheets key={state.made.order.serials[0]} made={state.made} />}
      </main>
    </WordsProvider>
  )
}

export function refused({ code, detail }: Refusal, { t }: Words): string {
  const key = `bad.${code}`
  return isKey(key) ? t(key, { detail }) : t('bad.other', { code })
}
