import type { VNode } from 'preact'
import { useEffect, useMemo, useReducer, useState } from 'preact/hooks'
import type { Lang } from '../../i18n/languages.ts'
import { useDocument } from '../../own/use-document.ts'
import { Head } from '../../own/view/head.tsx'
import { Mark } from '../../view/parts.tsx'
import { Carrier } from '../carrier.ts'
import { deliver } from '../deliver.ts'
import { keepPage, type Ready } from '../ready.ts'
import { openShelf } from '../shelf.ts'
import { WordsProvider, wordsOf } from '../words/index.ts'
import { Film } from './film.tsx'
import { Parcels } from './parcels.tsx'
import { Stick } from './stick.tsx'

/** Between two tries while something waits and the page is open. */
const TRY_AGAIN_MS = 30_000

export function CarryApp({ initial }: { initial: Lang }): VNode {
  const [lang, setLang] = useState(initial)
  const [ready, setReady] = useState<Ready | undefined>()
  const carrier = useCarrier()
  const words = useMemo(() => wordsOf(lang), [lang])
  const { t } = words
  useEffect(() => void keepPage(setReady), [])
  useDocument(lang, t('title'))
  return (
    <WordsProvider value={words}>
      <Head words={words} onLang={setLang} />
      <main class="carry">
        <section class="lead">
          <h1>{t('lead')}</h1>
          {ready !== undefined && (
            <p class="note ready">
              <Mark id={ready === 'yes' ? 'r-ok' : 'r-care'} class={ready === 'yes' ? 't-ok' : 't-care'} />
              <span>{t(`ready.${ready}`)}</span>
            </p>
          )}
        </section>
        {carrier !== undefined && (
          <>
            <Film carrier={carrier} />
            <Parcels carrier={carrier} />
            <Stick carrier={carrier} />
          </>
        )}
        <p class="note end">{t('note')}</p>
      </main>
    </WordsProvider>
  )
}

/** The parcels on this phone; they are handed over whenever there may be a network. */
function useCarrier(): Carrier | undefined {
  const [carrier, setCarrier] = useState<Carrier | undefined>()
  const [, redraw] = useReducer((n: number) => n + 1, 0)
  useEffect(() => {
    void openShelf()
      .then((shelf) => Carrier.open(shelf, deliver, () => redraw(undefined)))
      .then(setCarrier)
  }, [])
  useEffect(() => {
    if (carrier === undefined) return
    const hand = (): void => {
      if (carrier.waiting.length > 0 && document.visibilityState === 'visible') void carrier.handOver()
    }
    hand()
    const timer = setInterval(hand, TRY_AGAIN_MS)
    window.addEventListener('online', hand)
    document.addEventListener('visibilitychange', hand)
    return () => {
      clearInterval(timer)
      window.removeEventListener('online', hand)
      document.removeEventListener('visibilitychange', hand)
    }
  }, [carrier])
  return carrier
}
