import {
  checkSecret,
  groupedSecret,
  isSealable,
  ProtocolError,
  parseSecret,
  type SealedSecret,
  secretInFragment,
  standingCommitment,
  type Verdict,
} from '@tristamp/protocol'
import type { VNode } from 'preact'
import { useEffect, useMemo, useState } from 'preact/hooks'
import type { Tone } from '../tone.ts'
import { ToneMark } from '../view/parts.tsx'
import { type Opened, onceSeen, tellOpening } from './ask.ts'
import { ownRegion } from './facts.ts'
import { hourText } from './part.tsx'
import { keepOpened, markOf, openedHere } from './shelf.ts'
import { type SeenKey, useSeenWords, whereOf } from './words/index.ts'

type Result = { say: SeenKey; tone: Tone; opened?: Opened; right?: boolean }

/** The secret that the address had when the page was opened: where main.ts has put it away. It is taken once. */
function takeFromAddress(): SealedSecret | undefined {
  const { state } = history
  if (typeof state !== 'string') return undefined
  history.replaceState(null, '')
  return secretInFragment(state)
}

function read(typed: string): SealedSecret | Result {
  try {
    return parseSecret(typed)
  } catch (error) {
    if (!(error instanceof ProtocolError)) throw error
    return { say: error.code === 'SEALED_CHECK' ? 'sealed.mistyped' : 'sealed.malformed', tone: 'care' }
  }
}

async function tell(subject: string, secret: SealedSecret): Promise<Result> {
  const isKnown = openedHere(subject)
  await onceSeen()
  const answer = await tellOpening(subject, secret, { region: ownRegion(), mark: markOf(subject) })
  if (!answer.ok) return { say: answer.why === 'often' ? 'sealed.often' : 'sealed.unasked', tone: 'idle', right: true }
  const { first, own, opened } = answer.value
  // Whoever was warned is warned the next time, too.
  if (!first && !own) return { say: 'sealed.again', tone: 'stop', opened, right: true }
  keepOpened(subject)
  // The first whose answer was lost hears now what it did not hear then.
  if (first || !isKnown) return { say: 'sealed.first', tone: 'ok', opened, right: true }
  return { say: 'sealed.own', tone: 'idle', opened, right: true }
}

/** The secret inside the pack: checked on this device against what was signed when it was packed, and then told to the server. */
export function SealedPart({
  subject,
  verdict,
  tells,
}: {
  subject: string
  verdict: Verdict
  /** Whether a server is there to be told. */
  tells: boolean
}): VNode | null {
  const words = useSeenWords()
  const { t } = words
  const commitment = useMemo(
    () => (isSealable(subject) ? standingCommitment(verdict.events, subject) : undefined),
    [verdict, subject],
  )
  const [typed, setTyped] = useState('')
  const [result, setResult] = useState<Result | 'checking'>()
  const check = async (secret: SealedSecret): Promise<void> => {
    if (commitment === undefined) return setResult({ say: 'sealed.none', tone: 'care' })
    if (!checkSecret(subject, secret, commitment)) return setResult({ say: 'sealed.wrong', tone: 'stop' })
    setResult('checking')
    setResult(tells ? await tell(subject, secret) : { say: 'sealed.unasked', tone: 'idle', right: true })
  }
  useEffect(() => {
    const secret = takeFromAddress()
    if (secret === undefined) return
    setTyped(groupedSecret(secret))
    void check(secret)
  }, [])
  const submit = (event: Event): void => {
    event.preventDefault()
    const secret = read(typed)
    if (typeof secret === 'string') void check(secret)
    else setResult(secret)
  }
  if (commitment === undefined && result === undefined) return null
  const said = result === 'checking' ? undefined : result
  const { opened } = said ?? {}
  const values = opened && {
    at: hourText(opened.firstAt, words),
    where: whereOf(opened.region, words),
    n: opened.times,
  }
  return (
    <section class="s seen" id="sealed">
      <div class="sh">
        <h2>{t('sealed.title')}</h2>
      </div>
      {commitment !== undefined && (
        <form onSubmit={submit}>
          <p class="note">{t('sealed.what')}</p>
          <p class="field">
            <label for="secret">{t('sealed.label')}</label>
            <input
              id="secret"
              class="code"
              value={typed}
              maxLength={64}
              autocomplete="off"
              autocapitalize="characters"
              spellcheck={false}
              onInput={(event) => setTyped(event.currentTarget.value)}
            />
          </p>
          <p class="act">
            <button type="submit" class="btn" disabled={result === 'checking'}>
              {t('sealed.check')}
            </button>
          </p>
        </form>
      )}
      <div role="status" class="said">
        {result === 'checking' && <p>{t('sealed.checking')}</p>}
        {said?.right === true && (
          <p>
            <ToneMark tone="ok" /> <span>{t('sealed.right')}</span>
          </p>
        )}
        {said !== undefined && (
          <p class={`t-${said.tone}`} data-sealed={said.say}>
            <ToneMark tone={said.tone} /> <span>{t(said.say, values)}</span>
          </p>
        )}
      </div>
    </section>
  )
}
