import './panel.css'
import { type RecallKind, recallDeadline, recallRule } from '@tristamp/protocol'
import { Fragment, type VNode } from 'preact'
import { useEffect, useState } from 'preact/hooks'
import { AnswerError, type Ask, codeOf } from '../../own/answer.ts'
import { placeName } from '../graph/labels.ts'
import { useNames } from '../graph/names.ts'
import { CopyText, saysDrill } from './copy.tsx'
import { NoticeCode } from './notice-code.tsx'
import { Places, Timeline } from './places.tsx'
import { type Progress, readProgress, sharesOf, unanswered } from './progress.ts'
import { type RecordedRecall, readRecalls, touches } from './recalls.ts'
import { ageOf, listed, type RecallWords, useRecallWords } from './words.ts'

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

interface OneProps {
  recorded: RecordedRecall
  ask: Ask
  words: RecallWords
  round: number
}

function OneRecall({ recorded, ask, words, round }: OneProps): VNode {
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

const quantity = (milli: number, { uom }: { uom?: string }): { milli: number; uom?: string } => ({
  milli,
  ...(uom !== undefined && { uom }),
})

/** The three that decide, and all as a bar whose parts differ in pattern as well as in tone. */
function Figures({ progress, words }: { progress: Progress; words: RecallWords }): VNode {
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

interface DeadlineProps {
  id: string
  law: RecallKind
  setLaw: (law: RecallKind) => void
  recallClass: 1 | 2 | 3
  since: string
  words: RecallWords
}

/** By when the law of China wants the recall begun or told; an administrator knows which of the two laws it is under. */
function Deadline({ id, law, setLaw, recallClass, since, words }: DeadlineProps): VNode {
  const { t, pick, moment } = words
  const { hours, at, left } = recallDeadline(law, recallClass, Date.parse(since), Date.now())
  const rule = recallRule(law, recallClass)
  return (
    <div class="rc-deadline">
      <p>
        <svg aria-hidden="true">
          <use href={left < 0 ? '#r-care' : '#i-wait'} />
        </svg>
        <strong>
          {t(left < 0 ? 'deadline.over' : 'deadline.left', {
            hours,
            left: ageOf(Math.abs(left), words),
            at: moment(Date.parse(at)),
          })}
        </strong>
      </p>
      <fieldset>
        <legend>{t('deadline.law')}</legend>
        {(['food', 'medicine'] as const).map((one) => (
          <label key={one}>
            <input type="radio" name={`law-${id}`} checked={law === one} onChange={() => setLaw(one)} />
            {t(`deadline.${one}`)}
          </label>
        ))}
      </fieldset>
      <p class="rc-note">
        {t('deadline.why', { law: pick(rule.law), from: pick(rule.from), hours, must: pick(rule.must) })}
      </p>
    </div>
  )
}

interface UnansweredProps {
  id: string
  progress: Progress
  words: RecallWords
  ask: Ask
  isDrill: boolean
}

/** Who was told and says nothing. */
function Unanswered({ id, progress, words, ask, isDrill }: UnansweredProps): VNode {
  const { t, pick } = words
  const silent = unanswered(progress)
  const nameOf = useNames(
    ask,
    silent.slice(0, 50).flatMap(({ place, name }) => (name === undefined && place !== undefined ? [place] : [])),
  )
  if (silent.length === 0) return <p class="rc-note">{t('unanswered.none')}</p>
  const link = `${location.origin}/notice?recall=${id}`
  return (
    <div class="rc-silent">
      <h3>{t('unanswered.title', { n: silent.length })}</h3>
      <p>
        {silent.slice(0, 12).map(({ place = '', name }, i) => (
          <Fragment key={place}>
            {i > 0 && (words.lang === 'zh' ? '、' : ', ')}
            {name === undefined ? placeName(place, words, nameOf) : pick(name)}
          </Fragment>
        ))}
        {silent.length > 12 && ' …'}
      </p>
      <CopyText label={t('unanswered.copy')} text={saysDrill(isDrill, id, link, words)} words={words} solid />
    </div>
  )
}
