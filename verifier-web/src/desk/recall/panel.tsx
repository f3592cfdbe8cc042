import './panel.css'
import type { VNode } from 'preact'
import { useEffect, useState } from 'preact/hooks'
import { type Ask, codeOf } from '../../own/answer.ts'
import { OneRecall } from './one-recall.tsx'
import { type RecordedRecall, readRecalls, touches } from './recalls.ts'
import { useRecallWords } from './words/index.ts'

export interface RecallPanelProps {
  /** What is asked for, and what it is known by besides: its lot, its product. */
  subjects: string[]
  ask: Ask
}

/** Recalls of one subject that are followed; a subject with more is one for the list of all. */
const MOST = 8
const AGAIN_MS = 15_000

type Read = { state: 'reading' } | { state: 'failed'; code: string } | { state: 'read'; recalls: RecordedRecall[] }

/** The recalls that touch what was asked for, and how far each is. */
export function RecallPanel({ subjects, ask }: RecallPanelProps): VNode {
  const words = useRecallWords()
  const [read, setRead] = useState<Read>({ state: 'reading' })
  const [round, setRound] = useState(0)
  const asked = subjects.join(' ')
  useEffect(() => {
    let isWanted = true
    const wanted = new Set(subjects)
    readRecalls(ask).then(
      (recalls) =>
        isWanted && setRead({ state: 'read', recalls: recalls.filter(({ recall }) => touches(recall, wanted)) }),
      // What is shown stays, until the node can be asked again.
      (error: unknown) =>
        isWanted && setRead((before) => (before.state === 'read' ? before : { state: 'failed', code: codeOf(error) })),
    )
    const again = setTimeout(() => isWanted && setRound(round + 1), AGAIN_MS)
    return () => {
      isWanted = false
      clearTimeout(again)
    }
  }, [ask, asked, round])
  const { t, reason } = words
  if (read.state === 'reading')
    return (
      <p class="note" role="status">
        {t('panel.loading')}
      </p>
    )
  if (read.state === 'failed')
    return (
      <div role="alert">
        <p>{t('panel.failed', { why: reason(read.code) })}</p>
        <button type="button" class="btn" onClick={() => setRound(round + 1)}>
          {t('panel.again')}
        </button>
      </div>
    )
  const order = (one: RecordedRecall): number => (one.state === 'lifted' ? 2 : one.recall.drill === true ? 1 : 0)
  const shown = [...read.recalls].sort((a, b) => order(a) - order(b)).slice(0, MOST)
  return (
    <>
      {shown.length === 0 && <p class="note">{t('panel.none')}</p>}
      {shown.map((recorded) => (
        <OneRecall key={recorded.recall.id} {...{ recorded, ask, words, round }} />
      ))}
      {read.recalls.length > MOST && <p class="note">{t('panel.more', { n: read.recalls.length - MOST })}</p>}
    </>
  )
}
