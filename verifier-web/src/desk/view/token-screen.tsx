import type { VNode } from 'preact'
import { useEffect, useRef, useState } from 'preact/hooks'
import { isToken } from '../token.ts'
import { isKey, useWords } from '../words/index.ts'
import { Mark } from './parts.tsx'

/** Asks for a token. `refused`: the ledger's code for the one before. */
export function TokenScreen({
  refused,
  onToken,
}: {
  refused: string | undefined
  onToken: (token: string) => void
}): VNode {
  const { t } = useWords()
  const field = useRef<HTMLInputElement>(null)
  const [misformed, setMisformed] = useState(false)
  useEffect(() => field.current?.focus(), [])
  const submit = (event: SubmitEvent): void => {
    event.preventDefault()
    const token = field.current?.value.trim() ?? ''
    setMisformed(!isToken(token))
    if (isToken(token)) onToken(token)
  }
  const key = misformed ? 'token.form' : `token.${refused}`
  return (
    <main class="wrap" id="answer">
      <div class="entry">
        <h1>{t('token.title')}</h1>
        <p class="mute">{t('token.what')}</p>
        <form onSubmit={submit}>
          {(misformed || refused !== undefined) && (
            <p class="wrong" role="alert" id="token-wrong">
              <Mark id="r-care" />
              <span>{isKey(key) ? t(key) : t('problem.other', { code: refused ?? '' })}</span>
            </p>
          )}
          <label for="token">{t('token.label')}</label>
          <input
            id="token"
            ref={field}
            class="field code"
            type="password"
            autocomplete="off"
            spellcheck={false}
            aria-describedby="token-kept"
            aria-invalid={misformed || refused !== undefined}
          />
          <button type="submit" class="btn solid">
            {t('token.enter')}
          </button>
          <p class="note" id="token-kept">
            {t('token.kept')}
          </p>
        </form>
      </div>
    </main>
  )
}
