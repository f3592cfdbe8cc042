import type { VNode } from 'preact'
import { useEffect, useRef } from 'preact/hooks'
import { useWords } from '../words/index.ts'

export interface AskProps {
  question: string
  working: boolean
  /** From the last question to its first answer, in ms. */
  tookMs: number | undefined
  onAsk: (question: string) => void
}

const TYPING = new Set(['INPUT', 'TEXTAREA', 'SELECT'])

/** The one field. `/` comes back to it from anywhere, the arrow down goes on to what was found. */
export function Ask({ question, working, tookMs, onAsk }: AskProps): VNode {
  const { t } = useWords()
  const field = useRef<HTMLInputElement>(null)
  useEffect(() => {
    const onKey = (event: KeyboardEvent): void => {
      const to = event.target as HTMLElement
      // In the field itself it is no beginning of a question, and whoever presses it means to be where one is already.
      const isHere = to === field.current && field.current?.value === ''
      if (event.key !== '/' || event.ctrlKey || event.metaKey || event.altKey) return
      if (TYPING.has(to.tagName) && !isHere) return
      if (document.querySelector('dialog[open]') !== null) return
      event.preventDefault()
      field.current?.focus()
      field.current?.select()
    }
    document.addEventListener('keydown', onKey)
    field.current?.focus()
    return () => document.removeEventListener('keydown', onKey)
  }, [])
  useEffect(() => {
    if (field.current !== null) field.current.value = question
  }, [question])
  const submit = (event: SubmitEvent): void => {
    event.preventDefault()
    const asked = field.current?.value.trim() ?? ''
    if (asked !== '') onAsk(asked)
  }
  const down = (event: KeyboardEvent): void => {
    if (event.key !== 'ArrowDown') return
    event.preventDefault()
    document.querySelector<HTMLElement>('#results a')?.focus()
  }
  return (
    <search>
      <form class="ask" onSubmit={submit}>
        <div>
          <label for="q">{t('ask.label')}</label>
          <div class="line">
            <input
              id="q"
              ref={field}
              type="search"
              key={question}
              defaultValue={question}
              maxLength={200}
              autocomplete="off"
              autocapitalize="off"
              spellcheck={false}
              enterkeyhint="search"
              aria-describedby="q-hint"
              onKeyDown={down}
            />
            <button type="submit" class="btn solid">
              {t('ask.go')}
            </button>
          </div>
          <p class="note hint" id="q-hint">
            {t('ask.hint')} · {t('ask.key')}
          </p>
        </div>
        <p class="took note" role="status">
          {working && t('ask.working')}
          {!working && tookMs !== undefined && (
            <>
              <b>{t('ask.took', { s: (tookMs / 1000).toFixed(2) })}</b>
              {t('ask.took.what')}
            </>
          )}
        </p>
      </form>
    </search>
  )
}
