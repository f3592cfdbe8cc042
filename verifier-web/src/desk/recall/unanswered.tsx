import type { VNode } from 'preact'
import type { Ask } from '../../own/answer.ts'
import { placeName } from '../graph/labels.ts'
import { useNames } from '../graph/names.ts'
import { CopyText, saysDrill } from './copy.tsx'
import { type Progress, unanswered } from './progress.ts'
import type { RecallWords } from './words/index.ts'

interface UnansweredProps {
  id: string
  progress: Progress
  words: RecallWords
  ask: Ask
  isDrill: boolean
}

/** Who was told and says nothing. */
export function Unanswered({ id, progress, words, ask, isDrill }: UnansweredProps): VNode {
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
        {words.list(
          silent
            .slice(0, 12)
            .map(({ place = '', name }) => (name === undefined ? placeName(place, words, nameOf) : pick(name))),
        )}
        {silent.length > 12 && ' …'}
      </p>
      <CopyText label={t('unanswered.copy')} text={saysDrill(isDrill, id, link, words)} words={words} solid />
    </div>
  )
}
