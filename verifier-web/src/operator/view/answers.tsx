import type { VNode } from 'preact'
import { useState } from 'preact/hooks'
import { shortId } from '../act-text.ts'
import { type GatewayState, RECALL_ANSWERS, type RecallAnswer, type RecallView } from '../model.ts'
import { useWords } from '../words/index.ts'
import { Button, Mark } from './parts.tsx'

export interface AnswerProps {
  recall: RecallView
  may: boolean
  onSend: (text: string) => void
  /** Goods will be scanned now. */
  onScan?: () => void
  onPin: () => void
}

/** Recalls that stand, on the board: drills are answered like those in earnest, and look like drills. */
export function Answers({
  state,
  onSend,
  onPin,
}: { state: GatewayState } & Pick<AnswerProps, 'onSend' | 'onPin'>): VNode | null {
  const { t } = useWords()
  const { recalls, access } = state
  if (recalls.length === 0) return null
  return (
    <section class="answers" aria-labelledby="answers-h">
      <h2 id="answers-h">{t('answers')}</h2>
      {recalls.map((recall) => (
        <Answer key={recall.id} recall={recall} may={access === 'operator'} onSend={onSend} onPin={onPin} />
      ))}
    </section>
  )
}

/** What became of the goods, as large buttons; how much of them in a field beside, or by scanning them. */
export function Answer({ recall, may, onSend, onScan, onPin }: AnswerProps): VNode {
  const { t, pick } = useWords()
  const [amount, setAmount] = useState('')
  const [unit, setUnit] = useState('')
  const { id, drill, class: grade, reason, holder, subjects, named } = recall
  const quantity = /^\d{1,9}(?:[.,]\d{1,3})?$/.exec(amount.trim())?.[0].replace(',', '.')
  const press = (state: RecallAnswer): void => {
    if (!may) {
      onPin()
      return
    }
    const isCounted = state !== 'none' && quantity !== undefined
    onSend(`tristamp:recall/${state}${isCounted ? `/${quantity}${unit === '' ? '' : `/${unit}`}` : ''}#${id}`)
    if (!isCounted && state !== 'none' && state !== 'acknowledged') onScan?.()
    setAmount('')
  }
  return (
    <fieldset class={drill ? 'answer drill' : 'answer'}>
      <legend>
        <Mark id={drill ? 'r-ask' : 'i-recall'} /> {drill ? t('answer.drill') : t('answer.class', { n: grade })}
      </legend>
      <p>{pick(reason)}</p>
      <p>{pick(holder)}</p>
      <p class="code ids">
        {subjects.map(shortId).join(', ')} {named > subjects.length && t('answer.more', { n: named })}
      </p>
      <div class="amount">
        <label for={`amount-${id}`}>{t('answer.amount')}</label>
        <input
          id={`amount-${id}`}
          inputMode="decimal"
          autocomplete="off"
          maxLength={13}
          value={amount}
          aria-describedby={`hint-${id}`}
          onInput={(event) => setAmount(event.currentTarget.value)}
        />
        <label class="hidden" for={`unit-${id}`}>
          {t('answer.unit')}
        </label>
        <select id={`unit-${id}`} value={unit} onChange={(event) => setUnit(event.currentTarget.value)}>
          <option value="">{t('answer.pieces')}</option>
          <option value="KGM">{t('answer.kg')}</option>
        </select>
      </div>
      <div class="keys">
        {RECALL_ANSWERS.map((state) => (
          <Button
            key={state}
            class="key"
            disabled={amount.trim() !== '' && quantity === undefined}
            onPress={() => press(state)}
          >
            <span>{t(`answer.${state}`)}</span>
          </Button>
        ))}
      </div>
      <p class="note" id={`hint-${id}`}>
        {t('answer.hint')}
      </p>
    </fieldset>
  )
}
