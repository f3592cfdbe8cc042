import './complaints.css'
import type { VNode } from 'preact'
import { useEffect, useMemo, useState } from 'preact/hooks'
import { type Ask, codeOf } from '../../own/answer.ts'
import { isProvince } from '../../seen/province.ts'
import { shortOf } from '../../view/naming.ts'
import { hashOf } from '../address.ts'
import { useWords } from '../words/index.ts'
import { aboutGoods, type Complaint, type Complaints, readComplaints } from './complaints.ts'
import { DeletedReports } from './deleted.tsx'
import { useComplaintWords } from './words/index.ts'

/** What a list of reports shows before it says how many there are more. */
const SHOWN = 20

interface Read {
  own: Complaints
  /** The newest of all, of which those count that are about what the goods were made of or went into. */
  newest: Complaints
}

/** What people report of the goods that are open, and of the goods along their way. `along`: what the trace found, undefined while it is not known. */
export function ComplaintsAbout({
  subject,
  along,
  ask,
}: {
  subject: string
  along: readonly string[] | undefined
  ask: Ask
}): VNode {
  const { t, reason } = useComplaintWords()
  const [read, setRead] = useState<Read>()
  const [failure, setFailure] = useState<string>()
  const [round, setRound] = useState(0)
  useEffect(() => {
    let current = true
    setFailure(undefined)
    Promise.all([readComplaints(ask, 0, { subject }), readComplaints(ask, 0)]).then(
      ([own, newest]) => current && setRead({ own, newest }),
      (error: unknown) => current && setFailure(codeOf(error)),
    )
    return () => {
      current = false
    }
  }, [ask, subject, round])
  const others = useMemo(() => aboutGoods(read?.newest.reports ?? [], along ?? [], subject), [read, along, subject])
  return (
    <section class="complaints about" aria-labelledby="about-h">
      <div class="sh">
        <h2 id="about-h">{t('title')}</h2>
      </div>
      {read === undefined && failure === undefined && <p role="status">{t('loading')}</p>}
      {failure !== undefined && (
        <p role="alert">
          {t('failed', { why: reason(failure) })}{' '}
          <button type="button" class="quiet" onClick={() => setRound(round + 1)}>
            {t('again')}
          </button>
        </p>
      )}
      {read !== undefined && (
        <>
          <p role="status">{read.own.total === 0 ? t('about.none') : t('about.count', { n: read.own.total })}</p>
          <List reports={read.own.reports} />
          {others.length > 0 && (
            <>
              <h3>{t('about.along', { n: others.length })}</h3>
              <List reports={others} named />
            </>
          )}
          {read.newest.total > read.newest.reports.length && (
            <p class="note">{t('about.newest', { n: read.newest.reports.length })}</p>
          )}
          <DeletedReports ask={ask} subject={subject} />
        </>
      )}
    </section>
  )
}

function List({ reports, named = false }: { reports: readonly Complaint[]; named?: boolean }): VNode {
  const { t, moment } = useComplaintWords()
  const { t: deskT } = useWords()
  return (
    <ul>
      {reports.slice(0, SHOWN).map(({ id, atMs, kind, subject, region, text }) => (
        <li key={id}>
          <b>{t(`kind.${kind}`)}</b>{' '}
          <span class="note">
            {moment(atMs)}
            {region !== undefined && ` ${isProvince(region) ? deskT(`seen.province.${region}`) : region}`}
          </span>{' '}
          {named && (
            <a class="code" href={hashOf({ subject })}>
              {shortOf(subject)}
            </a>
          )}
          {text !== undefined && <p class="said">{text}</p>}
        </li>
      ))}
      {reports.length > SHOWN && <li class="note">{t('about.more', { n: reports.length - SHOWN })}</li>}
    </ul>
  )
}
