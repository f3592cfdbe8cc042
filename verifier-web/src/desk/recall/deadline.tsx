import { type RecallKind, recallDeadline, recallRule } from '@tristamp/protocol'
import type { VNode } from 'preact'
import { ageOf, type RecallWords } from './words/index.ts'

interface DeadlineProps {
  id: string
  law: RecallKind
  setLaw: (law: RecallKind) => void
  recallClass: 1 | 2 | 3
  since: string
  words: RecallWords
}

/** By when the law of China wants the recall begun or told; an administrator knows which of the two laws it is under. */
export function Deadline({ id, law, setLaw, recallClass, since, words }: DeadlineProps): VNode {
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
