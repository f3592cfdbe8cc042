import type { VNode } from 'preact'
import { useEffect, useRef, useState } from 'preact/hooks'
import { shortId } from '../act-text.ts'
import type { Lock, LockedBeside, RecallView } from '../model.ts'
import { useWords } from '../words/index.ts'
import { Answer, type AnswerProps } from './answers.tsx'
import { Mark } from './parts.tsx'

export interface LocksProps extends Omit<AnswerProps, 'recall' | 'onScan'> {
  locks: readonly Lock[]
  beside: readonly LockedBeside[]
  recalls: readonly RecallView[]
}

/** Goods that must not leave fill the screen until someone has said that they saw it; then a bar stays. Another lock fills it again. */
export function Locks({ locks, beside, ...others }: LocksProps): VNode | null {
  const { t } = useWords()
  const [seen, setSeen] = useState<ReadonlySet<string>>(new Set())
  const fresh = locks.some((lock) => !seen.has(keyOf(lock)))
  if (locks.length === 0) return null
  if (fresh)
    return <LockScreen {...others} locks={locks} beside={beside} onSeen={() => setSeen(new Set(locks.map(keyOf)))} />
  return (
    <p class="locked" role="alert">
      <Mark id="i-recall" />{' '}
      <span>{t('lock.banner', { n: beside.reduce((sum, { count }) => sum + count, locks.length) })}</span>
      <button type="button" class="btn" onClick={() => setSeen(new Set())}>
        {t('lock.show')}
      </button>
    </p>
  )
}

function LockScreen({ locks, beside, recalls, onSeen, ...answering }: LocksProps & { onSeen: () => void }): VNode {
  const { t, pick } = useWords()
  const dialog = useRef<HTMLDialogElement>(null)
  // One that is recalled says the graver word.
  const held = locks.every(({ order }) => order === 'hold')
  useEffect(() => dialog.current?.showModal(), [])
  // Escape is not how a recall is taken note of.
  return (
    <dialog
      class="lock"
      ref={dialog}
      role="alertdialog"
      aria-labelledby="lock-h"
      aria-describedby="lock-p"
      onKeyDown={(event) => event.key === 'Escape' && event.preventDefault()}
      onClose={() => dialog.current?.showModal()}
    >
      <Mark id={held ? 'i-held' : 'i-recall'} class="big" />
      <h1 id="lock-h">{t(held ? 'lock.held' : 'lock.word')}</h1>
      <p id="lock-p">{t(held ? 'lock.held.what' : 'lock.what')}</p>
      <ul>
        {locks.map((lock) => (
          <li key={keyOf(lock)}>
            <b class="code">{shortId(lock.id)}</b>
            <span>
              {!held && lock.order === 'hold' && `${t('lock.held')}: `}
              {pick(lock.reason)}
            </span>
          </li>
        ))}
      </ul>
      {beside.map((one) => (
        <Beside key={one.id} {...one} />
      ))}
      {recalls
        .filter(({ drill }) => !drill)
        .map((recall) => (
          <Answer key={recall.id} {...answering} recall={recall} onScan={onSeen} />
        ))}
      <button type="button" class="btn" onClick={onSeen}>
        {t('lock.seen')}
      </button>
    </dialog>
  )
}

/** Cases and numbers that belong to the goods of an order: nobody who holds one should learn it from the refusal first. */
function Beside({ ids, count, isCut }: LockedBeside): VNode {
  const { t } = useWords()
  return (
    <details class="beside">
      <summary>{t('lock.beside', { n: count })}</summary>
      <p class="code">{ids.map(shortId).join(' · ')}</p>
      {count > ids.length && <p>{t('lock.beside.more', { n: count - ids.length })}</p>}
      {isCut && <p>{t('lock.beside.cut')}</p>}
    </details>
  )
}

function keyOf({ id, atMs }: Lock): string {
  return `${id} ${atMs}`
}
