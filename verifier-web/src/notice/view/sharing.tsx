import type { VNode } from 'preact'
import { useState } from 'preact/hooks'
import { useWords } from '../words/index.ts'

/** Forward, copy and print. Whoever gets the link checks it anew. */
export function Sharing({ id }: { id: string }): VNode {
  const { t } = useWords()
  const [copied, setCopied] = useState(false)
  const url = `${location.origin}/notice?recall=${id}`
  const share = (): void => {
    // Closing the sheet without choosing anyone is no failure.
    void navigator.share({ title: document.title, url }).catch(() => undefined)
  }
  const copy = (): void => {
    void navigator.clipboard.writeText(url).then(
      () => setCopied(true),
      () => prompt(t('copy'), url),
    )
  }
  return (
    <p class="acts screen">
      {'share' in navigator && (
        <button type="button" class="btn solid" onClick={share}>
          {t('share')}
        </button>
      )}
      <button type="button" class="btn" onClick={copy}>
        {t(copied ? 'copied' : 'copy')}
      </button>
      <button type="button" class="btn" onClick={() => print()}>
        {t('print')}
      </button>
    </p>
  )
}
