import './seen.css'
import { personalIn, withoutPersonal } from '@tristamp/protocol'
import type { VNode } from 'preact'
import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks'
import type { Finding } from '../check.ts'
import type { Pack } from '../product.ts'
import { useLanguage } from '../view/parts.tsx'
import { reportText, Written } from '../view/report-text.tsx'
import { sendReport } from './ask.ts'
import { ownRegion } from './facts.ts'
import { sendKept } from './kept.ts'
import { draftOf, keepDraft, keepReport, keepReports, keptReports } from './shelf.ts'
import { useSeenWords } from './words/index.ts'
import { written } from './written.ts'

const KINDS = ['sick', 'foreign-object', 'smell', 'code-copied', 'label-wrong', 'other'] as const
type Kind = (typeof KINDS)[number]
type State = 'personal' | 'sending' | 'sent' | 'offline' | 'kept' | 'often' | 'refused'

/** What has to be known to act, filled in; nothing about whoever writes, unless it is written. */
export function ReportForm({ finding, pack }: { finding: Finding; pack: Pack }): VNode {
  const language = useLanguage()
  const { t } = useSeenWords()
  const { subject } = finding
  const [draft] = useState(() => draftOf(subject))
  const likely = finding.state === 'elsewhere' ? 'code-copied' : 'other'
  const [kind, setKind] = useState<Kind>(KINDS.find((one) => one === draft?.kind) ?? likely)
  const [text, setText] = useState(draft?.text ?? '')
  const [contact, setContact] = useState(draft?.contact ?? '')
  const [told, setState] = useState<State>()
  const status = useRef<HTMLParagraphElement>(null)
  /** The words that may be sent as they are: their writer has said so, or nothing in them is of a person. */
  const [agreed, setAgreed] = useState<string>()
  const [number, setNumber] = useState('')
  const [waiting, setWaiting] = useState(() => keptReports().length)
  useEffect(() => {
    const again = (): void => void sendKept().then(() => setWaiting(keptReports().length))
    addEventListener('online', again)
    again()
    return () => removeEventListener('online', again)
  }, [])
  const isDone = told === 'sent' || told === 'kept'
  const isEmpty = text === '' && contact === ''
  // At once: whoever closes the form meets no later effect.
  useLayoutEffect(
    () => keepDraft(subject, isDone || isEmpty ? undefined : { kind, text, contact }),
    [subject, isDone, isEmpty, kind, text, contact],
  )
  /** What is written after an answer is another report. */
  const begin = (): void => {
    if (isDone || told === 'refused' || told === 'often') setState(undefined)
  }
  const region = ownRegion()
  const [said, reach] = [written(text), written(contact).replaceAll(/\s+/g, ' ')]
  const personal = personalIn(said, subject)
  // Written anew, there may be nothing to ask about.
  const state = told === 'personal' && personal.length === 0 ? undefined : told
  const mustAsk = personal.length > 0 && said !== agreed
  const reportOf = (what: string): object => ({
    subject,
    kind,
    ...(what !== '' && { text: what }),
    // The server leaves out what looks like data about a person, as this page does, where its writer has not said so.
    ...(personalIn(what, subject).length > 0 && { asWritten: true }),
    ...(reach !== '' && { contact: reach }),
    ...(region !== undefined && { region }),
    ...(finding.state !== 'checking' && { verdict: finding.state }),
  })
  const send = (what: string): void => {
    setText(what)
    setAgreed(what)
    setState('sending')
    // What was pressed goes away: whoever has no pointer goes on from what is said.
    status.current?.focus()
    void sendReport(reportOf(what)).then((answer) => {
      if (!answer.ok) return setState(answer.why === 'wrong' ? 'refused' : answer.why)
      setNumber(answer.value.id)
      setState('sent')
    })
  }
  const submit = (event: Event): void => {
    event.preventDefault()
    if (state === 'sending' || isDone) return
    // What names a person stays out unless its writer says so.
    if (mustAsk) setState('personal')
    else send(said)
  }
  const keep = (): void => {
    if (mustAsk) setState('personal')
    else setState(keepReport(reportOf(said)) ? 'kept' : 'refused')
    status.current?.focus()
    setWaiting(keptReports().length)
  }
  const forget = (): void => {
    keepReports([])
    setWaiting(0)
  }
  const name = pack.name === undefined ? '' : `${language.pick(pack.name)} `
  return (
    <>
      <form class="seen" onSubmit={submit}>
        <p class="about">
          {t('report.about')}: {name}
          <span class="code">{subject}</span>
        </p>
        <fieldset>
          <legend>{t('report.kind')}</legend>
          {KINDS.map((one) => (
            <label key={one}>
              <input
                type="radio"
                name="kind"
                value={one}
                checked={one === kind}
                onChange={() => {
                  begin()
                  setKind(one)
                }}
              />
              {t(`kind.${one}`)}
            </label>
          ))}
        </fieldset>
        <p class="field">
          <label for="report-what">{t('report.text')}</label>
          <textarea
            id="report-what"
            class="short"
            maxLength={1000}
            aria-describedby="report-what-hint"
            value={text}
            onInput={(event) => {
              begin()
              setText(event.currentTarget.value)
            }}
          />
          <small id="report-what-hint">{t('report.text.hint')}</small>
        </p>
        <p class="field">
          <label for="report-contact">{t('report.contact')}</label>
          <input
            id="report-contact"
            maxLength={200}
            autocomplete="off"
            aria-describedby="report-contact-hint"
            value={contact}
            onInput={(event) => {
              begin()
              setContact(event.currentTarget.value)
            }}
          />
          <small id="report-contact-hint">{t('report.contact.hint')}</small>
        </p>
        <p class="act">
          <button type="submit" class="btn solid" disabled={state === 'sending' || isDone}>
            {t('report.send')}
          </button>
        </p>
        <p role="status" data-report={state} ref={status} tabIndex={-1}>
          {state !== undefined && t(`report.${state}`, { what: personal.join(', ') })}
          {state === 'sent' && number !== '' && ` ${t('report.number', { id: number })}`}
        </p>
        {state !== 'sent' && number !== '' && <p class="note">{t('report.number', { id: number })}</p>}
        {state === 'offline' && (
          <p class="act">
            <button type="button" class="btn" onClick={keep}>
              {t('report.keep')}
            </button>
          </p>
        )}
        {state === 'personal' && (
          <p class="act">
            <button type="button" class="btn solid" onClick={() => send(withoutPersonal(said, subject))}>
              {t('report.personal.out')}
            </button>
            <button type="button" class="btn" onClick={() => send(said)}>
              {t('report.personal.send')}
            </button>
          </p>
        )}
      </form>
      {waiting > 0 && (
        <p class="note">
          {t('report.kept.n', { n: waiting })}{' '}
          <button type="button" class="btn" onClick={forget}>
            {t('report.forget')}
          </button>
        </p>
      )}
      <h3>{t('report.copyable')}</h3>
      <Written text={reportText(language, finding, pack, location.origin + location.pathname)} />
    </>
  )
}
