import type { VNode } from 'preact'
import { useEffect, useRef, useState } from 'preact/hooks'
import { shortOf } from '../../view/naming.ts'
import type { Place } from '../address.ts'
import type { DeskClient } from '../client.ts'
import { ComplaintPanel } from '../complaints/panel.tsx'
import { type Results, search, tellTook } from '../model.ts'
import { useWords } from '../words/index.ts'
import { Ask } from './ask.tsx'
import { Unanswered } from './parts.tsx'
import { ResultList } from './results.tsx'
import { SubjectView } from './subject.tsx'

export interface DeskViewProps {
  ask: DeskClient
  place: Place
  go: (to: Place, instead?: boolean) => void
  local: Storage | undefined
}

type Found = { question: string; results?: Results; error?: unknown }

/** A subject as people write it in the field. */
function spelled(subject = ''): string {
  return shortOf(subject.replace(/#.*/, ''))
}

/** The field, and beneath it what was found or what was opened. */
export function DeskView({ ask, place, go, local }: DeskViewProps): VNode {
  const { t } = useWords()
  const [found, setFound] = useState<Found>()
  const [working, setWorking] = useState(false)
  const [tookMs, setTookMs] = useState<number>()
  const [text, setText] = useState(place.question ?? spelled(place.subject))
  /** Since when a person waits who is led on without having been answered. */
  const carried = useRef<number | undefined>(undefined)
  const before = useRef<Place>({})
  const since = useRef(performance.now())
  /** A question is asked once more even if it is the same: something may have been recorded meanwhile. */
  const [round, setRound] = useState(0)

  const answered = (): void => {
    const ms = performance.now() - since.current
    setWorking(false)
    setTookMs(ms)
    void tellTook(ask, ms)
  }
  const { question, subject } = place
  useEffect(() => {
    since.current = carried.current ?? performance.now()
    carried.current = undefined
    setTookMs(undefined)
    if (question !== undefined) setText(question)
    // What was asked for in words stays there while its answer is open; what was opened from elsewhere says what it is.
    else if (before.current.question === undefined) setText(spelled(subject))
    before.current = place
    if (question === undefined) {
      setWorking(subject !== undefined)
      setFound(undefined)
      return
    }
    let current = true
    setWorking(true)
    search(ask, question).then(
      (results) => {
        if (!current) return
        const [only] = results.results
        // One answer needs no choice; going back leads to what was there before the question.
        if (only !== undefined && results.total === 1 && only.events > 0) {
          carried.current = since.current
          go({ subject: only.subject }, true)
          return
        }
        setFound({ question, results })
        answered()
      },
      (error: unknown) => {
        if (!current) return
        setFound({ question, error })
        setWorking(false)
      },
    )
    return () => {
      current = false
    }
  }, [question, subject, ask, round])

  const onAsk = (asked: string): void => {
    setText(asked)
    if (asked === question) setRound(round + 1)
    else go({ question: asked })
  }
  const more = (cursor: string) => (): void => {
    if (found?.results === undefined || question === undefined) return
    const { results } = found
    search(ask, question, cursor).then(
      ({ results: next, total, cursor: after }) =>
        setFound({
          question,
          results: { results: [...results.results, ...next], total, ...(after !== undefined && { cursor: after }) },
        }),
      (error: unknown) => setFound({ question, results, error }),
    )
  }
  const shown = found?.question === question ? found : undefined
  const cursor = shown?.results?.cursor
  return (
    <main class="wrap">
      <h1 class="vh">{t('top.brand')}</h1>
      <Ask question={text} working={working} tookMs={tookMs} onAsk={onAsk} />
      <div id="answer" tabIndex={-1}>
        {question === undefined && subject === undefined && <ComplaintPanel ask={ask} />}
        {shown?.error !== undefined && <Unanswered error={shown.error} again={() => setRound(round + 1)} />}
        {shown?.results !== undefined && (
          <ResultList
            question={shown.question}
            results={shown.results.results}
            total={shown.results.total}
            onMore={cursor === undefined ? undefined : more(cursor)}
            wrong={shown.results.wrong}
            onLeave={() => document.getElementById('q')?.focus()}
          />
        )}
        {subject !== undefined && (
          <SubjectView
            key={subject}
            subject={subject}
            ask={ask}
            local={local}
            open={(to) => go({ subject: to })}
            onAnswered={answered}
          />
        )}
      </div>
    </main>
  )
}
