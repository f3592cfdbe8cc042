import type { Recall } from '@tristamp/protocol'
import type { VNode } from 'preact'
import { useState } from 'preact/hooks'
import { Mark } from '../../view/parts.tsx'
import { milliOf, respond, type Sent, STATES, type State } from '../respond.ts'
import { useWords } from '../words/index.ts'

/** An answer from whoever has no gateway and no account. */
export function AnswerForm({ recall: { id, drill } }: { recall: Recall }): VNode {
  const { t } = useWords()
  const [place, setPlace] = useState('')
  const [state, setState] = useState<State>('acknowledged')
  const [amount, setAmount] = useState('')
  const [uom, setUom] = useState('')
  const [contact, setContact] = useState('')
  const [sent, setSent] = useState<Sent | 'sending'>()
  const isCounted = state !== 'none'
  const milli = milliOf(amount)
  const isBad = isCounted && amount.trim() !== '' && milli === undefined
  const submit = (event: Event): void => {
    event.preventDefault()
    if (isBad || sent === 'sending') return
    setSent('sending')
    const counted = isCounted && milli !== undefined
    void respond(id, {
      place: place.trim(),
      state,
      ...(counted && { quantity: { milli, ...(uom !== '' && { uom }) } }),
      ...(contact.trim() !== '' && { contact: contact.trim() }),
    }).then(setSent)
  }
  return (
    <section class={drill ? 'answer screen drill' : 'answer screen'} aria-labelledby="answer-h">
      <h2 id="answer-h">{t('answer')}</h2>
      {drill && (
        <p class="grave">
          <Mark id="r-care" class="t-care" /> {t('answer.drill')}
        </p>
      )}
      <p class="note">{t('answer.what')}</p>
      <form onSubmit={submit}>
        <label for="place">{t('place')}</label>
        <input
          id="place"
          required
          maxLength={120}
          autocomplete="organization"
          value={place}
          onInput={(event) => setPlace(event.currentTarget.value)}
        />
        <fieldset>
          <legend>{t('state')}</legend>
          {STATES.map((one) => (
            <label key={one}>
              <input type="radio" name="state" checked={one === state} onChange={() => setState(one)} />
              {t(`state.${one}`)}
            </label>
          ))}
        </fieldset>
        {isCounted && (
          <>
            <label for="amount">{t('amount')}</label>
            <div class="amount">
              <input
                id="amount"
                inputMode="decimal"
                autocomplete="off"
                maxLength={13}
                value={amount}
                aria-invalid={isBad}
                aria-describedby={isBad ? 'amount-bad' : undefined}
                onInput={(event) => setAmount(event.currentTarget.value)}
              />
              <select aria-label={t('unitOf')} value={uom} onChange={(event) => setUom(event.currentTarget.value)}>
                <option value="">{t('pieces')}</option>
                <option value="KGM">{t('kg')}</option>
              </select>
            </div>
            {isBad && (
              <p id="amount-bad" class="note">
                {t('bad.amount')}
              </p>
            )}
          </>
        )}
        <label for="contact">{t('who')}</label>
        <input
          id="contact"
          maxLength={200}
          autocomplete="tel"
          value={contact}
          onInput={(event) => setContact(event.currentTarget.value)}
        />
        <button type="submit" class="btn solid" disabled={sent === 'sending'}>
          {t('send')}
        </button>
        <p class="said" role="status">
          {sent === 'sending' && t('sending')}
          {sent !== undefined && sent !== 'sending' && (
            <>
              <Mark id={sent === 'sent' ? 'r-ok' : 'r-stop'} class={sent === 'sent' ? 't-ok' : 't-stop'} />
              <span>{t(`sent.${sent}`)}</span>
            </>
          )}
        </p>
        <p class="note">{t('privacy')}</p>
      </form>
    </section>
  )
}
