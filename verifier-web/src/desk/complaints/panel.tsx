import './complaints.css'
import type { VNode } from 'preact'
import { useEffect, useState } from 'preact/hooks'
import { type Ask, codeOf } from '../../own/answer.ts'
import { isProvince } from '../../seen/province.ts'
import { shortOf } from '../../view/naming.ts'
import { hashOf } from '../address.ts'
import { useWords } from '../words/index.ts'
import { CommonView } from './common.tsx'
import {
  type Common,
  type Complaint,
  type Complaints,
  KINDS,
  type Kind,
  MAX_LEGS,
  readCommon,
  readComplaints,
} from './complaints.ts'
import { DeletedReports } from './deleted.tsx'
import { useComplaintWords } from './words/index.ts'

type Working<T> = { state: 'working' } | { state: 'failed'; code: string } | { state: 'read'; value: T }

function Row({ one, picked, onPick }: { one: Complaint; picked: boolean; onPick: () => void }): VNode {
  const { t, moment } = useComplaintWords()
  const { t: deskT } = useWords()
  const { region = '' } = one
  const kind = t(`kind.${one.kind}`)
  const name = shortOf(one.subject)
  return (
    <tr>
      <td>
        <label class="tick">
          <input type="checkbox" checked={picked} onChange={onPick} aria-label={t('pick.one', { name, kind })} />
        </label>
      </td>
      <td class="num">{moment(one.atMs)}</td>
      <td>{kind}</td>
      <td>
        <a class="code" href={hashOf({ subject: one.subject })}>
          {name}
        </a>
        {!one.recorded && <span class="note"> {t('unrecorded')}</span>}
      </td>
      <td>{isProvince(region) ? deskT(`seen.province.${region}`) : region}</td>
      <td class="said">{one.text}</td>
      <td class="said">{one.contact}</td>
    </tr>
  )
}

/** What people report of goods, and what the goods that are ticked have in common. */
export function ComplaintPanel({ ask }: { ask: Ask }): VNode {
  const { t, reason } = useComplaintWords()
  const [kind, setKind] = useState<Kind>()
  const [listed, setListed] = useState<Working<Complaints>>({ state: 'working' })
  const [picked, setPicked] = useState<ReadonlySet<string>>(new Set())
  const [common, setCommon] = useState<Working<Common>>()
  const [round, setRound] = useState(0)
  useEffect(() => {
    let current = true
    setListed({ state: 'working' })
    readComplaints(ask, 0, { kind }).then(
      (value) => current && setListed({ state: 'read', value }),
      (error: unknown) => current && setListed({ state: 'failed', code: codeOf(error) }),
    )
    return () => {
      current = false
    }
  }, [ask, kind, round])
  const reports = listed.state === 'read' ? listed.value.reports : []
  const subjects = [...new Set(reports.filter(({ id }) => picked.has(id)).map(({ subject }) => subject))]
  const more = (before: Complaints): void => {
    readComplaints(ask, before.reports.length, { kind }).then(
      (next) => {
        // Something may have been reported meanwhile: none stands twice.
        const known = new Set(before.reports.map(({ id }) => id))
        const added = next.reports.filter(({ id }) => !known.has(id))
        setListed({ state: 'read', value: { ...next, reports: [...before.reports, ...added] } })
      },
      (error: unknown) => setListed({ state: 'failed', code: codeOf(error) }),
    )
  }
  const pick = (id: string): void => {
    const next = new Set(picked)
    if (!next.delete(id)) next.add(id)
    setPicked(next)
  }
  // Goods of the ledger first: numbers that somebody made up take none of the places.
  const byLedger = [...reports].sort((a, b) => Number(b.recorded) - Number(a.recorded))
  const listedGoods = [...new Set(byLedger.map(({ subject }) => subject))]
  const all = listedGoods.slice(0, MAX_LEGS)
  const converge = (goods: readonly string[]): void => {
    setCommon({ state: 'working' })
    readCommon(ask, goods).then(
      (value) => setCommon({ state: 'read', value }),
      (error: unknown) => setCommon({ state: 'failed', code: codeOf(error) }),
    )
  }
  const isAskable = subjects.length > 1 && subjects.length <= MAX_LEGS
  const hint = (): string => {
    const [asked, fits] = picked.size === 0 ? [listedGoods, all.length > 1] : [subjects, isAskable]
    if (asked.length > MAX_LEGS) return t('converge.many', { n: MAX_LEGS })
    return fits ? '' : t('converge.few')
  }
  return (
    <section class="complaints" aria-labelledby="complaints-h">
      <h2 id="complaints-h">{t('title')}</h2>
      <p class="note">{t('what')}</p>
      <p>
        <label class="only">
          {t('filter')}{' '}
          <select
            value={kind ?? ''}
            onChange={(event) => {
              setPicked(new Set())
              setKind(KINDS.find((one) => one === event.currentTarget.value))
            }}
          >
            <option value="">{t('all')}</option>
            {KINDS.map((one) => (
              <option key={one} value={one}>
                {t(`kind.${one}`)}
              </option>
            ))}
          </select>
        </label>
      </p>
      {listed.state === 'working' && <p role="status">{t('loading')}</p>}
      {listed.state === 'failed' && (
        <p role="alert">
          {t('failed', { why: reason(listed.code) })}{' '}
          <button type="button" class="quiet" onClick={() => setRound(round + 1)}>
            {t('again')}
          </button>
        </p>
      )}
      {listed.state === 'read' && (
        <>
          <p role="status">{listed.value.total === 0 ? t('none') : t('count', { n: listed.value.total })}</p>
          {reports.length > 0 && (
            // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls is reached from the keyboard.
            <section class="scroll" tabIndex={0} aria-label={t('caption')}>
              <table>
                <thead>
                  <tr>
                    {(['pick', 'when', 'kind', 'goods', 'where', 'text', 'contact'] as const).map((name) => (
                      <th key={name} scope="col">
                        {t(name)}
                      </th>
                    ))}
                  </tr>
                </thead>
                <tbody>
                  {reports.map((one) => (
                    <Row key={one.id} one={one} picked={picked.has(one.id)} onPick={() => pick(one.id)} />
                  ))}
                </tbody>
              </table>
            </section>
          )}
          {reports.some(({ contact }) => contact !== undefined) && (
            <p class="note">{t('contact.kept', { n: listed.value.contactDays })}</p>
          )}
          {reports.length < listed.value.total && (
            <button type="button" class="quiet" onClick={() => more(listed.value)}>
              {t('more', { n: listed.value.total - reports.length })}
            </button>
          )}
          {reports.length > 1 && (
            <p class="do">
              {all.length > 1 && picked.size === 0 ? (
                <button type="button" class="btn" onClick={() => converge(all)}>
                  {t('converge.all', { n: all.length })}
                </button>
              ) : (
                <button
                  type="button"
                  class="btn"
                  disabled={!isAskable}
                  aria-describedby="few"
                  onClick={() => converge(subjects)}
                >
                  {isAskable ? t('converge.n', { n: subjects.length }) : t('converge')}
                </button>
              )}{' '}
              <button
                type="button"
                class="quiet"
                onClick={() => setPicked(new Set(picked.size > 0 ? [] : reports.map(({ id }) => id)))}
              >
                {picked.size > 0 ? t('pick.none') : t('pick.all', { n: reports.length })}
              </button>{' '}
              <span class="note" id="few">
                {hint()}
              </span>
            </p>
          )}
        </>
      )}
      <DeletedReports ask={ask} {...(kind !== undefined && { kind })} />
      <div aria-live="polite">
        {common?.state === 'working' && <p>{t('working')}</p>}
        {common?.state === 'failed' && <p>{t('failed', { why: reason(common.code) })}</p>}
        {common?.state === 'read' && <CommonView common={common.value} />}
      </div>
    </section>
  )
}
