import { subjectFrom } from '@tristamp/protocol'
import type { VNode } from 'preact'
import { useRef } from 'preact/hooks'
import { deviceOffset } from '../../local-time.ts'
import { shortOf } from '../../view/naming.ts'
import { hashOf } from '../address.ts'
import type { Result } from '../model.ts'
import { isKey, useWords, type Words } from '../words/index.ts'

/** The kind of a subject in words. */
export function kindName({ t }: Words, kind: string): string {
  const key = `kind.${kind}`
  return isKey(key) ? t(key) : kind
}

function seenOf({ t, format }: Words, { firstMs, lastMs, events }: Result): string {
  if (events === 0 || firstMs === undefined || lastMs === undefined) return t('results.unseen')
  const at = (ms: number): string => format.moment({ ms, offset: deviceOffset(ms) })
  if (at(firstMs) === at(lastMs)) return t('results.seen.once', { at: at(firstMs) })
  return t('results.seen', { from: at(firstMs), to: at(lastMs) })
}

function Row({ one }: { one: Result }): VNode {
  const words = useWords()
  const { t } = words
  const product = subjectFrom(one.subject).elements?.get('01')
  return (
    <li>
      <a href={hashOf({ subject: one.subject })}>
        <span class="note">{kindName(words, one.kind)}</span>
        <span class="what">
          <b class="code">{shortOf(one.subject)}</b>
          {one.name !== undefined && <span>{words.pick(one.name)}</span>}
          {product !== undefined && product !== shortOf(one.subject) && <span class="note code"> {product}</span>}
        </span>
        <span class="seen note">
          {seenOf(words, one)}
          {one.events > 0 && ` · ${t(one.more ? 'results.events.more' : 'results.events', { n: one.events })}`}
        </span>
      </a>
    </li>
  )
}

export interface ResultListProps {
  question: string
  results: readonly Result[]
  total: number
  /** Asks for the next ones, where there are more. */
  onMore: (() => void) | undefined
  /** Back to the field. */
  onLeave: () => void
  /** The number that was asked for is mistyped. */
  wrong: 'GS1_CHECK_DIGIT' | undefined
}

/** What a question may have meant: a list of links that the arrow keys go through. */
export function ResultList({ question, results, total, onMore, onLeave, wrong }: ResultListProps): VNode {
  const words = useWords()
  const { t } = words
  const list = useRef<HTMLUListElement>(null)
  const go = (event: KeyboardEvent): void => {
    const links = [...(list.current?.querySelectorAll('a') ?? [])]
    const at = links.indexOf(document.activeElement as HTMLAnchorElement)
    const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: links.length - 1 }[event.key]
    if (event.key === 'Escape' || to === -1) onLeave()
    else if (to !== undefined) links[Math.min(to, links.length - 1)]?.focus()
    else return
    event.preventDefault()
  }
  if (results.length === 0)
    return (
      <section class="found" role="status">
        <h2>{t('results.none', { q: question })}</h2>
        <p class="mute">{t(wrong === undefined ? 'results.none.why' : `results.wrong.${wrong}`)}</p>
      </section>
    )
  return (
    <section class="found" aria-labelledby="found">
      <div class="sh">
        <h2 id="found">
          {t('results')} {t('results.count', { n: total })}
        </h2>
        <span class="note">{t('results.keys')}</span>
      </div>
      <ul ref={list} onKeyDown={go} id="results">
        {results.map((one) => (
          <Row key={one.subject} one={one} />
        ))}
      </ul>
      {onMore !== undefined && (
        <p class="tools">
          <button type="button" class="btn" onClick={onMore}>
            {t('results.more')}
          </button>
          <span class="note">{t('results.part', { n: results.length })}</span>
        </p>
      )}
    </section>
  )
}
