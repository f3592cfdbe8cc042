import type { Operation } from '@tristamp/protocol'
import type { VNode } from 'preact'
import { useEffect, useMemo, useState } from 'preact/hooks'
import { AnswerError, type Ask, codeOf } from '../../own/answer.ts'
import { CopyText, save } from './copy.tsx'
import { operationsOf } from './draft.ts'
import { type Governance, idOf, readGovernance, type Signing, signingOf } from './recalls.ts'
import type { StepProps } from './wizard.tsx'
import { listed, type RecallWords } from './words/index.ts'

const AGAIN_MS = 5_000
/** Characters of the operations that are shown; all of them are in the file. */
const MOST_TEXT = 200_000

/** What two persons sign with their keys, elsewhere; and how far that is. */
export function SignStep({ draft, known, ask, words, done }: StepProps): VNode {
  const { t } = words
  const operations = operationsOf(draft)
  const [operation] = operations
  // The step is reached with a whole operation; what follows needs one.
  if (operation === undefined) return <p role="alert">{t('fault.EMPTY')}</p>
  const ids = operations.map(idOf)
  const isOne = operations.length === 1
  const file = isOne ? `${operation.op}-${operation.id}.json` : `recalls-${operation.id}.json`
  const text = `${JSON.stringify(isOne ? operation : operations, undefined, 2)}\n`
  const [first = 'ann', second = 'bob'] = known.governance.administrators.map(({ name }) => fileWord(name))
  const node = location.origin
  const propose = `tristamp-ledger propose --file ${file} --node ${node} --admin-key admin-${first}.pem`
  const approve = `tristamp-ledger approve ${ids.join(' ')} --node ${node} --admin-key admin-${second}.pem`
  return (
    <>
      <p>{t('sign.what')}</p>
      {!isOne && <p>{t('sign.several', { n: operations.length, goods: draft.subjects.length })}</p>}
      <dl class="wz-id">
        <dt>{t('sign.id')}</dt>
        {ids.map((id) => (
          <dd key={id}>
            <code>{id}</code>
          </dd>
        ))}
      </dl>
      <button type="button" class="btn solid" onClick={() => save(file, text, 'application/json')}>
        {t('sign.download')}
      </button>
      <Command label={t('sign.propose')} text={propose} words={words} />
      <Command label={t('sign.approve')} text={approve} words={words} />
      <p class="note">{t('sign.keys', { names: listed([`admin-${first}.pem`, `admin-${second}.pem`], words) })}</p>
      <Watch {...{ operations, ask, words, done }} governance={known.governance} />
      <details>
        <summary>{t('sign.json')}</summary>
        {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached from the keyboard */}
        <pre tabIndex={0}>{text.length > MOST_TEXT ? `${text.slice(0, MOST_TEXT)}…` : text}</pre>
      </details>
    </>
  )
}

/** What a shell takes as one word, in any of them. */
function fileWord(name: string): string {
  return name.replace(/[^A-Za-z0-9_-]/g, '_').slice(0, 64) || 'name'
}

function Command({ label, text, words }: { label: string; text: string; words: RecallWords }): VNode {
  return (
    <div class="wz-command">
      <h4>{label}</h4>
      <code>{text}</code>
      <CopyText label={`${words.t('sign.copy')}`} text={text} words={words} />
    </div>
  )
}

interface WatchProps {
  operations: readonly Operation[]
  governance: Governance
  ask: Ask
  words: RecallWords
  done: () => void
}

/** Looks again and again who has signed, until all of it stands. */
function Watch({ operations, governance, ask, words, done }: WatchProps): VNode {
  const { t, reason } = words
  const [now, setNow] = useState<Governance>(governance)
  const [fault, setFault] = useState<string>()
  const [round, setRound] = useState(0)
  const key = operations.map(idOf).join(' ')
  const signings = useMemo(() => operations.map((one) => signingOf(one, now)), [key, now])
  const left = signings.findIndex(({ state }) => state !== 'stands')
  useEffect(() => {
    let isWanted = true
    readGovernance(ask).then(
      (read) => {
        if (!isWanted) return
        setNow(read)
        setFault(undefined)
        if (operations.every((one) => signingOf(one, read).state === 'stands')) done()
      },
      (error: unknown) => isWanted && setFault(error instanceof AnswerError ? error.code : codeOf(error)),
    )
    const again = setTimeout(() => isWanted && setRound(round + 1), AGAIN_MS)
    return () => {
      isWanted = false
      clearTimeout(again)
    }
  }, [ask, key, round])
  // Of several, the first that does not stand says what is to be done.
  const at = left < 0 ? 0 : left
  const [signing, operation] = [signings[at]!, operations[at]!]
  const standing = signings.filter(({ state }) => state === 'stands').length
  return (
    <div class={`wz-watch wz-${signing.state}`}>
      <h4>{t('watch.title')}</h4>
      <p role="status">
        {operations.length > 1 && `${t('watch.several', { n: standing, of: operations.length })} `}
        {sayOf(signing, operation, words)}
      </p>
      {fault !== undefined && <p class="note">{t('watch.failed', { why: reason(fault) })}</p>}
    </div>
  )
}

function sayOf(signing: Signing, operation: Operation, words: RecallWords): string {
  const { t, moment } = words
  const names = (of: readonly { name: string }[]): string =>
    listed(
      of.map(({ name }) => name),
      words,
    )
  switch (signing.state) {
    case 'unsigned':
      return t('watch.unsigned', { needed: signing.needed, missing: names(signing.missing) })
    case 'pending':
      return t('watch.pending', {
        n: signing.signed.length,
        needed: signing.needed,
        signed: names(signing.signed),
        missing: names(signing.missing),
        at: moment(Date.parse(signing.closesAt)),
      })
    case 'stands': {
      const isDrill = operation.op === 'recall' && operation.drill === true
      return t(operation.op === 'lift' ? 'watch.stands.lift' : isDrill ? 'watch.stands.drill' : 'watch.stands.recall')
    }
  }
}
