import type { VNode } from 'preact'
import { useState } from 'preact/hooks'
import type { RecallWords } from './words/index.ts'

export interface CopyTextProps {
  label: string
  text: string
  words: RecallWords
  solid?: boolean
}

/** Puts a text on the clipboard, and says whether that went well. */
export function CopyText({ label, text, words: { t }, solid }: CopyTextProps): VNode {
  const [said, setSaid] = useState('')
  const copy = (): void => {
    // Without a safe connection a browser has no clipboard.
    const done = navigator.clipboard?.writeText(text) ?? Promise.reject(new Error('no clipboard'))
    done.then(
      () => setSaid(t('copied')),
      () => setSaid(t('copy.failed')),
    )
  }
  return (
    <span class="rc-copy">
      <button type="button" class={solid === true ? 'btn solid' : 'btn'} onClick={copy}>
        {label}
      </button>
      <span role="status">{said}</span>
    </span>
  )
}

/** What whoever has not answered is sent. */
export function saysDrill(isDrill: boolean, id: string, link: string, { t }: RecallWords): string {
  return t(isDrill ? 'unanswered.drill' : 'unanswered.text', { id: id.slice(0, 8), link })
}

/** Hands a text to the browser as a file. */
export function save(name: string, content: BlobPart, type: string): void {
  const url = URL.createObjectURL(new Blob([content], { type }))
  const link = Object.assign(document.createElement('a'), { href: url, download: name })
  link.click()
  // The browser has taken it up when the click returns; some read it a moment later.
  setTimeout(() => URL.revokeObjectURL(url), 60_000)
}
