/** @jsxImportSource ../dom */
import { standingCommitment } from '@tristamp/protocol'
import type { Age } from '../age.ts'
import { brokenSeals } from '../broken.ts'
import type { Finding, Shown } from '../check.ts'
import { Broken, Mark } from '../dom/parts.tsx'
import type { FirstKey, FirstLanguage } from '../i18n/index.ts'
import { type Journey, sealsOf } from '../journey.ts'
import { deviceOffset } from '../local-time.ts'
import { STAMPS, type Stamps } from '../record.ts'
import type { Safety } from '../safety.ts'
import { isUnfit, nextOf, saidOfAge, sentencesOf, wordOf } from '../say.ts'
import { besideWord, saidOfElsewhere } from './elsewhere.ts'
import { holdShown, saidOfHold } from './hold.ts'
import { recallShown, saidOfRecall } from './recall.ts'

const ICONS: Partial<Record<Shown, string>> = {
  checking: 'i-wait',
  consistent: 'i-agree',
  held: 'i-held',
  mismatch: 'i-differ',
  elsewhere: 'i-else',
  none: 'i-none',
  unchecked: 'i-wait',
}

const ACTIONS: Partial<Record<Shown, { key: FirstKey; href?: string }>> = {
  recalled: { key: 'act.recalled', href: '#report' },
  held: { key: 'act.held' },
  mismatch: { key: 'act.mismatch', href: '#report' },
  none: { key: 'act.none', href: '/' },
  unchecked: { key: 'act.unchecked' },
}

/** Where the code may be a copy: a pack that holds a secret tells, for a copy of its code has none. Recalled goods are not opened for it. */
function actionOfCopy({ subject, verdict }: Finding): { key: FirstKey; href: string } {
  const isSealed = verdict && verdict.state !== 'recalled' && standingCommitment(verdict.events, subject) !== undefined
  return isSealed ? { key: 'act.sealed', href: '#sealed' } : { key: 'act.elsewhere', href: '#report' }
}

/** Of a proven recall the notice says what to do, and prints; a file may be of a ledger that this site has nothing to do with. */
function actionOf(finding: Finding, { lang }: FirstLanguage): (typeof ACTIONS)[Shown] {
  const action = finding.state === 'elsewhere' ? actionOfCopy(finding) : ACTIONS[finding.state]
  const recall = finding.file === undefined ? recallShown(finding) : undefined
  return action && recall ? { ...action, href: `/notice?recall=${recall.recall.id}&lang=${lang}` } : action
}

const UNCHECKED: Stamps = { place: 'unchecked', time: 'unchecked', quality: 'unchecked' }

/** The seals as the verdict leaves them: whole only where the check of now holds, and of quality only within its limits. */
function sealsFor({ state, verdict }: Finding, journey: Journey | undefined, word: FirstKey): Stamps {
  if (state === 'mismatch' && verdict !== undefined) {
    const broken = brokenSeals(verdict)
    return { ...UNCHECKED, ...Object.fromEntries([...broken].map((name) => [name, 'broken'])) }
  }
  const seals =
    (state === 'consistent' || state === 'elsewhere') && journey !== undefined ? sealsOf(journey) : UNCHECKED
  return word === 'word.consistent.warm' ? { ...seals, quality: 'broken' } : seals
}

const SEAL = { checked: 's', unchecked: 'o', broken: 'x' } as const

function Seals({ stamps, language: { t } }: { stamps: Stamps; language: FirstLanguage }): Node {
  return (
    <ul class="seals">
      {STAMPS.map((name) => {
        const state = stamps[name]
        return (
          <li class={state === 'broken' ? 'bad' : undefined}>
            <Mark id={`${SEAL[state]}-${name}`} class={state === 'checked' ? 'hit' : ''} />
            {t(state === 'broken' ? `stamp.${name}.broken` : `stamp.${name}`)}
            {state !== 'broken' && <span class="vh"> {t(`stamp.${state}`)}</span>}
          </li>
        )
      })}
    </ul>
  )
}

function When({ finding, language }: { finding: Finding; language: FirstLanguage }): Node {
  const { t, format } = language
  const ms = finding.checkedAtMs
  if (finding.state === 'checking') return <p class="when">{t('when.checking')}</p>
  if (ms === undefined) return <p class="when">{t('when.never')}</p>
  const at = format.moment({ ms, offset: deviceOffset(ms) })
  const sealed = finding.verdict?.sealedAtMs
  if (finding.file !== undefined && sealed !== undefined)
    return <p class="when num">{t('when.file', { at: format.moment({ ms: sealed, offset: deviceOffset(sealed) }) })}</p>
  return <p class="when num">{t(finding.failure === undefined ? 'when.now' : 'when.last', { at })}</p>
}

export interface VerdictProps {
  finding: Finding
  journey?: Journey | undefined
  safety: Safety
  age: Age | undefined
  language: FirstLanguage
  onAgain: () => void
}

/** 1: icon, when and where it was checked, the word, the sentence, the next step, one action; the seals beside it. */
export function VerdictPart({ finding, journey, safety, age, language, onAgain }: VerdictProps): Node {
  const { t } = language
  const gap = t('write.gap')
  const { state } = finding
  const word = wordOf(finding, safety)
  const unfit = isUnfit(word)
  const icon = unfit ? 'r-care' : ICONS[state]
  const action = actionOf(finding, language)
  const recall = recallShown(finding)
  const hold = holdShown(finding)
  const copied = actionOfCopy(finding)
  const next = state === 'elsewhere' && copied.key === 'act.sealed' ? 'next.sealed' : nextOf(finding, safety)
  const places = saidOfElsewhere(finding, language)
  const beside = besideWord(finding)
  const sentences = sentencesOf(finding, journey?.records.length ?? 0).filter(
    ({ key }) => places === undefined || key !== 'say.elsewhere',
  )
  return (
    <>
      <div>
        <div class="head">
          {icon !== undefined && <Mark id={icon} />}
          <When finding={finding} language={language} />
        </div>
        <h1>
          <Broken text={t(word)} />
        </h1>
        <p class="say">
          {recall !== undefined && (
            <span class="theirs">
              {saidOfRecall(recall, finding, language)}
              {gap}
            </span>
          )}
          {hold !== undefined && (
            <span class="theirs">
              <Broken text={saidOfHold(hold, finding.subject, language)} />
              {gap}
            </span>
          )}
          {places !== undefined && beside === undefined && (
            <span class="theirs">
              {places}
              {gap}
            </span>
          )}
          {sentences.map(({ key, values }, i) => (
            <span>
              {i > 0 && gap}
              <Broken text={t(key, values)} />
            </span>
          ))}
          {age !== undefined && (
            <b>
              {gap}
              <Broken text={saidOfAge(age, language)} />
            </b>
          )}
        </p>
        <p class={unfit ? 'next warn' : 'next'}>
          <b>{t('next')}</b>
          {recall === undefined ? (
            <span>
              <Broken text={t(next)} />
            </span>
          ) : (
            <span class="theirs">{language.pick(recall.recall.consumer)}</span>
          )}
        </p>
        {beside !== undefined && (
          <p class="next" data-beside>
            <b>{t('word.elsewhere')}</b>
            <span class="theirs">{places ?? <Broken text={t(beside)} />}</span>
            {gap}
            <Broken text={t('next.beside')} />
            {gap}
            <a href={copied.href}>{t(copied.key)}</a>
          </p>
        )}
      </div>
      {state === 'recalled' ? (
        <p class="big">
          <Mark id="i-recall" />
        </p>
      ) : (
        <Seals stamps={sealsFor(finding, journey, word)} language={language} />
      )}
      {action !== undefined && (
        <p class="act">
          {action.href === undefined ? (
            <button type="button" class="btn solid" onClick={onAgain}>
              {t(action.key)}
            </button>
          ) : (
            <a class="btn solid" href={action.href}>
              {t(action.key)}
            </a>
          )}
        </p>
      )}
    </>
  )
}
