import type { RecallKind } from '@tristamp/protocol'
import type { VNode } from 'preact'
import { useEffect, useState } from 'preact/hooks'
import { AnswerError, type Ask, codeOf } from '../../own/answer.ts'
import { placeName } from '../graph/labels.ts'
import { useNames } from '../graph/names.ts'
import { Deadline } from './deadline.tsx'
import { Figures, quantity } from './figures.tsx'
import { NoticeCode } from './notice-code.tsx'
import { Places, Timeline } from './places.tsx'
import { type Progress, readProgress, unanswered } from './progress.ts'
import type { RecordedRecall } from './recalls.ts'
import { Unanswered } from './unanswered.tsx'
import { ageOf, listed, type RecallWords } from './words/index.ts'

export interface OneRecallProps {
  recorded: RecordedRecall
  ask: Ask
  words: RecallWords
  round: number
}

/** One recall: what it names, how far it is, by when it must have begun, and who has not answered. */
export function OneRecall({ recorded, ask, words, round }: OneRecallProps): VNode {
  const { recall, state, since, lifted } = recorded
  const { t, amount, moment, number, reason } = words
  const isDrill = recall.drill === true
  const [progress, setProgress] = useState<Progress>()
  const [fault, setFault] = useState<string>()
  const [law, setLaw] = useState<RecallKind>('food')
  useEffect(() => {
    let isWanted = true
    readProgress(ask, recall.id, law).then(
      (next) => {
        if (!isWanted) return
        setProgress(next)
        setFault(undefined)
      },
      (error: unknown) => isWanted && setFault(error instanceof AnswerError ? error.code : codeOf(error)),
    )
    return () => {
      isWanted = false
    }
  }, [ask, recall.id, law, round])
  const nameOf = useNames(ask, recall.subjects.slice(0, 8))
  const short = recall.id.slice(0, 8)
  const head = `recall-${recall.id}`
  const kind = isDrill ? 'drill' : state === 'lifted' ? 'past' : 'real'
  return (
    <section class={`rc rc-${kind}`} aria-labelledby={head}>
      <h2 id={head}>
        <svg aria-hidden="true">
          <use href={isDrill ? '#i-wait' : '#i-recall'} />
        </svg>
        <span>
          {t(isDrill ? 'panel.drill' : 'panel.recall', { id: short })}
          <small>{t('panel.class', { class: recall.class })}</small>
        </span>
      </h2>
      {isDrill && <p class="rc-word">{t('panel.drill.what')}</p>}
      {lifted !== undefined && <p>{t('panel.lifted', { at: moment(Date.parse(lifted.at)), reason: lifted.reason })}</p>}
      <p class="rc-note">
        {t('panel.of', {
          names: listed(
            recall.subjects.slice(0, 4).map((uri) => placeName(uri, words, nameOf)),
            words,
          ),
        })}
        {recall.subjects.length > 4 && ` … (${number(recall.subjects.length)})`}
      </p>
      {progress === undefined && fault === undefined && (
        <p class="rc-note" role="status">
          {t('panel.loading')}
        </p>
      )}
      {fault !== undefined && <p role="alert">{t('panel.failed', { why: reason(fault) })}</p>}
      {progress !== undefined && (
        <>
          <Figures progress={progress} words={words} />
          <p class="rc-note">{sinceText(progress, since, words)}</p>
          {progress.totals.surplus > 0 && (
            <p class="rc-note">{t('surplus', { amount: amount(quantity(progress.totals.surplus, progress)) })}</p>
          )}
          {progress.others.length > 0 && (
            <p class="rc-note">
              {t('others', {
                amounts: listed(
                  progress.others.map((one) => amount(quantity(one.totals.shipped, one))),
                  words,
                ),
              })}
            </p>
          )}
          {progress.incomplete.map((code) => (
            <p key={code} class="rc-note">
              {t('incomplete', { code })}
            </p>
          ))}
          {state === 'standing' && !isDrill && (
            <Deadline {...{ law, setLaw, words, since }} recallClass={recall.class} id={recall.id} />
          )}
          {state === 'standing' && <Unanswered {...{ progress, words, ask, isDrill }} id={recall.id} />}
          <Places {...{ progress, words, ask }} />
          <Timeline {...{ progress, words }} />
        </>
      )}
      <div class="tools">
        <a class="btn" href={`/notice?recall=${recall.id}&lang=${words.lang}`} target="_blank" rel="noreferrer">
          {t('notice')}
        </a>
      </div>
      <NoticeCode id={recall.id} words={words} />
    </section>
  )
}

function sinceText(progress: Progress, since: string, words: RecallWords): string {
  const begin = Date.parse(since)
  const places = progress.places.filter(({ place }) => place !== undefined)
  return words.t('since', {
    at: words.moment(begin),
    age: ageOf(Date.now() - begin, words),
    n: places.length - unanswered(progress).length,
    of: places.length,
  })
}
