import type { VNode } from 'preact'
import { useEffect, useRef, useState } from 'preact/hooks'
import { Mark } from '../../view/parts.tsx'
import { isToken } from '../token.ts'

type Key =
  | 'token.title'
  | 'token.what'
  | 'token.label'
  | 'token.enter'
  | 'token.kept'
  | 'token.form'
  | 'token.TOKEN_UNKNOWN'
  | 'token.TOKEN_MISSING'
  | 'token.TOKEN_ROLE'
  | 'problem.other'
/** What a page says when it asks for its token. */
export interface TokenWords {
  t(key: Key, values?: Record<string, string>): string
}

/** Asks for a token. `refused`: the ledger's code for the one before. */
export function TokenScreen({
  words: { t },
  isKey,
  refused,
  onToken,
}: {
  words: TokenWords
  /** Whether the page has a sentence under this name. */
  isKey: (name: string) => boolean
  refused: string | undefined
  onToken: (token: string) => void
}): VNode {
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
              <span>{isKey(key) ? t(key as Key) : t('problem.other', { code: refused ?? '' })}</span>
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
