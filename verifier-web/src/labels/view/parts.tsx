import type { VNode } from 'preact'
import { Mark } from '../../view/parts.tsx'
import type { Refusal } from '../client.ts'
import { asDataUrl } from '../files.ts'
import { useWords } from '../words/index.ts'
import { refused } from './app.tsx'

/** Why something was not made. */
export function Problem({ refusal }: { refusal: Refusal | undefined }): VNode {
  const words = useWords()
  return (
    <p class="said" role="alert">
      {refusal !== undefined && (
        <>
          <Mark id="r-stop" class="t-stop" />
          <span>{refused(refusal, words)}</span>
        </>
      )}
    </p>
  )
}

/** Pictures, so that nothing in them is part of this page. */
export function Pages({
  part,
  pages,
  label,
}: {
  part: string
  pages: readonly string[]
  label: (n: number) => string
}): VNode {
  return (
    <div class="pages" data-part={part}>
      {pages.map((page, i) => (
        <img key={i} src={asDataUrl(page)} alt={label(i + 1)} />
      ))}
    </div>
  )
}
