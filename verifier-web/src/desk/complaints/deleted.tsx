import type { VNode } from 'preact'
import { useEffect, useState } from 'preact/hooks'
import { type Ask, codeOf } from '../../own/answer.ts'
import { shortOf } from '../../view/naming.ts'
import { hashOf } from '../address.ts'
import { type Deleted, type Deletions, type Kind, readDeletions } from './complaints.ts'
import { useComplaintWords } from './words/index.ts'

/** Which reports were deleted, when and by whom: of some kind, or about one subject. They count for nothing that goods have in common. */
export function DeletedReports({ ask, kind, subject }: { ask: Ask; kind?: Kind; subject?: string }): VNode {
  const { t, reason } = useComplaintWords()
  const [read, setRead] = useState<Deletions>()
  const [failure, setFailure] = useState<string>()
  useEffect(() => {
    let current = true
    setRead(undefined)
    setFailure(undefined)
    readDeletions(ask, 0, { kind, subject }).then(
      (value) => current && setRead(value),
      (error: unknown) => current && setFailure(codeOf(error)),
    )
    return () => {
      current = false
    }
  }, [ask, kind, subject])
  const more = (before: Deletions): void => {
    readDeletions(ask, before.deleted.length, { kind, subject }).then(
      (next) => {
        const known = new Set(before.deleted.map(({ id }) => id))
        setRead({ ...next, deleted: [...before.deleted, ...next.deleted.filter(({ id }) => !known.has(id))] })
      },
      (error: unknown) => setFailure(codeOf(error)),
    )
  }
  return (
    <div class="gone">
      {failure !== undefined && <p role="alert">{t('deleted.failed', { why: reason(failure) })}</p>}
      {read !== undefined && read.total > 0 && (
        <details>
          <summary>{t('deleted.count', { n: read.total })}</summary>
          <p class="note">{t('deleted.what')}</p>
          <ul>
            {read.deleted.map((one) => (
              <Line key={one.id} one={one} named={subject === undefined} />
            ))}
          </ul>
          {read.deleted.length < read.total && (
            <button type="button" class="quiet" onClick={() => more(read)}>
              {t('more', { n: read.total - read.deleted.length })}
            </button>
          )}
        </details>
      )}
    </div>
  )
}

function Line({ one: { id, atMs, by, day, kind, recorded, subject }, named }: { one: Deleted; named: boolean }): VNode {
  const { t, moment } = useComplaintWords()
  return (
    <li>
      <b>{t(`kind.${kind}`)}</b>{' '}
      {named && (
        <a class="code" href={hashOf({ subject })}>
          {shortOf(subject)}
        </a>
      )}
      {named && !recorded && <span class="note"> {t('unrecorded')}</span>}{' '}
      <span class="note">{t('deleted.one', { day, by, at: moment(atMs), id })}</span>
    </li>
  )
}
