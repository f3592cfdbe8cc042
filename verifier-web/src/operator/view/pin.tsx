import type { VNode } from 'preact'
import { useEffect, useRef, useState } from 'preact/hooks'
import { gateway, PageError } from '../gateway.ts'
import { useWords } from '../words/index.ts'
import { Mark } from './parts.tsx'
import { failureText } from './station.tsx'

const DIGITS = ['1', '2', '3', '4', '5', '6', '7', '8', '9'] as const
const MOST = 12

/** The PIN, by keyboard or by large keys. */
export function PinDialog({ onEntered, onClose }: { onEntered: () => void; onClose: () => void }): VNode {
  const { t } = useWords()
  const [pin, setPin] = useState('')
  const [failure, setFailure] = useState<PageError | undefined>()
  const dialog = useRef<HTMLDialogElement>(null)
  const field = useRef<HTMLInputElement>(null)
  useEffect(() => dialog.current?.showModal(), [])
  const add = (digit: string): void => setPin((before) => (before + digit).slice(0, MOST))
  const submit = (event: Event): void => {
    event.preventDefault()
    gateway.enter(pin).then(onEntered, (thrown: unknown) => {
      setPin('')
      field.current?.focus()
      setFailure(thrown instanceof PageError ? thrown : new PageError('INTERNAL'))
    })
  }
  return (
    <dialog class="pin" ref={dialog} aria-labelledby="pin-h" onClose={onClose}>
      <form onSubmit={submit}>
        <label id="pin-h" for="pin">
          {t('pin.title')}
        </label>
        <input
          id="pin"
          ref={field}
          type="password"
          inputMode="numeric"
          autocomplete="off"
          maxLength={MOST}
          value={pin}
          onInput={(event) => setPin(event.currentTarget.value.replace(/\D/g, ''))}
        />
        {failure !== undefined && (
          <p class="failure" role="alert">
            <Mark id="r-stop" class="t-stop" /> <span>{failureText(failure, t)}</span>
          </p>
        )}
        <div class="pad">
          {DIGITS.map((digit) => (
            <button key={digit} type="button" onClick={() => add(digit)}>
              {digit}
            </button>
          ))}
          <button type="button" aria-label={t('pin.back')} onClick={() => setPin(pin.slice(0, -1))}>
            ←
          </button>
          <button type="button" onClick={() => add('0')}>
            0
          </button>
          <button type="submit" class="solid" disabled={pin.length < 6}>
            {t('pin.enter')}
          </button>
        </div>
        <button type="button" class="btn" onClick={() => dialog.current?.close()}>
          {t('pin.close')}
        </button>
      </form>
    </dialog>
  )
}
