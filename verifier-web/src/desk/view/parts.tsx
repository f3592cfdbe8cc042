import type { VNode } from 'preact'
import { Mark } from '../../view/parts.tsx'
import { reasonOf, useWords } from '../words/index.ts'

export { By, Mark, ToneMark } from '../../view/parts.tsx'

/** Why something was not answered, and a way to ask once more. */
export function Unanswered({ error, again }: { error: unknown; again?: () => void }): VNode {
  const words = useWords()
  return (
    <div class="wrong" role="alert">
      <Mark id="r-care" />
      <div>
        <p>{reasonOf(error, words)}</p>
        {again !== undefined && (
          <button type="button" class="quiet" onClick={again}>
            {words.t('problem.again')}
          </button>
        )}
      </div>
    </div>
  )
}
